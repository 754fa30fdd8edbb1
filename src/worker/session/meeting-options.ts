import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentEvents } from './engine/torrent-events.ts'
import type { TorrentContent } from './torrent-content.ts'
import type { TorrentMeter } from './torrent-meter.ts'
import type { TorrentSurroundings } from './torrent-surroundings.ts'

/** The content as far as peers have to do with it. */
type MetContent = Pick<TorrentContent, 'info' | 'bytes' | 'isWhole' | 'lend' | 'rest'>

/** What a torrent among its peers needs of the torrent and its session. */
export interface MeetingOptions {
  /** Read anew as it goes on: what it says of sources may change before there is a meeting. */
  readonly record: () => TorrentRecord
  /** Absent while the metadata is unknown: then peers are asked for it. */
  readonly content: () => MetContent | undefined
  readonly near: Pick<TorrentSurroundings, 'swarm' | 'lane' | 'post'>
  readonly signal: AbortSignal
  readonly events: Omit<TorrentEvents, 'onDownloaded' | 'onUploaded'>
  /** What it counts into. */
  readonly meter: TorrentMeter
  /** It fell asleep, or is in the engine now. */
  readonly onRest: () => void
}
