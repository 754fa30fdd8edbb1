/** A torrent as it stands in a list, made of what its parts say. */
import { floorShare } from '../../protocol/progress.ts'
import type { WireError } from '../../protocol/errors.ts'
import { givenFields, restingState, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentRow, TorrentState } from '../../protocol/torrent.ts'
import type { Phase } from './prepare-content.ts'
import type { TorrentContent } from './torrent-content.ts'
import type { TorrentMeeting } from './torrent-meeting.ts'
import type { TorrentMeter } from './torrent-meter.ts'

export interface RowParts {
  readonly record: TorrentRecord
  /** How far it has come; undefined while it is closed. */
  readonly phase: Phase | undefined
  readonly content: TorrentContent | undefined
  readonly meeting: TorrentMeeting | undefined
  readonly meter: TorrentMeter
  /** 0…1 of a step that takes its time, instead of what is there. */
  readonly stepProgress: number | undefined
  readonly error: WireError | undefined
}

/** The row at this moment; takes a sample of the rates. */
export function rowOf(parts: RowParts, now: number): TorrentRow {
  const { record, content, meeting, meter, stepProgress, error } = parts
  const given = givenFields(record)
  const total = content?.info.length ?? 0
  return {
    info_hash: record.infoHash,
    ...given,
    name: record.options.display_name || (content?.info.name ?? given.name),
    state: stateOf(parts),
    progress: floorShare(stepProgress ?? (content ? doneOf(content) : 0)),
    num_peers: meeting?.numPeers ?? 0,
    num_seeds: meeting?.numSeeds ?? 0,
    total_size: total,
    ...meter.read(now, content?.selection.left ?? 0, total),
    added_at: record.addedAt,
    queue_position: 0, // the board of main knows it
    save_path: record.savePath,
    ...(error ? { error } : {}),
  }
}

function stateOf({ record, phase, content, error }: RowParts): TorrentState {
  if (error !== undefined) return 'error'
  if (phase === undefined) return restingState(record)
  if (phase !== 'running') return phase
  if (content?.isComplete === true) return 'seeding'
  return content?.selection.left === 0 ? 'finished' : 'downloading'
}

/** The share of the wanted bytes that is there. */
function doneOf({ selection: { bytes, left } }: TorrentContent): number {
  return bytes === 0 ? 1 : (bytes - left) / bytes
}
