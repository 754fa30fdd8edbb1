/** What the content of a torrent needs, and is asked, by those around it. */
import type { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentCheckpoint, TorrentRecord } from '../../protocol/records.ts'
import type { Preparation } from './prepare-content.ts'
import type { WritePermits } from './write-permits.ts'

/** What the content needs of its session. */
export type ContentSurroundings = Preparation['near'] & {
  readonly permits: WritePermits
  /** How often the files of an open torrent are looked at. */
  readonly healMs: number
}

/** What the content tells its torrent, and asks of it. */
export interface ContentEvents {
  readonly onStep: Preparation['onStep']
  /** Reading for a peer failed; it may go on failing. */
  readonly onFault: (error: RestTorrentError) => void
  /** Somebody changed files that are open. */
  readonly onTouched: () => void
  /** What was proved in this process is not believed any more. */
  readonly onDistrusted: () => void
  readonly onCheckpoint: (checkpoint: TorrentCheckpoint) => void
  readonly counters: () => TorrentCounters
}

/** How one opening is meant. */
export interface Opening {
  readonly record: TorrentRecord
  readonly signal: AbortSignal
  /** Whether pieces that are lost are fetched again instead of being an error. */
  readonly acceptLoss: boolean
}
