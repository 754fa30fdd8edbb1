/**
 * The states of a tracker of a torrent.
 *
 * `idle` (not needed so far) → `announcing` → `working` (accepted the last announce) or `failed` (refused it
 * or gave no answer; tried again later). One that cannot be used is `disabled` for ever.
 */
export const trackerStates = ['idle', 'announcing', 'working', 'failed', 'disabled'] as const
export type TrackerState = (typeof trackerStates)[number]

/** A tracker of a torrent as it is shown; instants are milliseconds since the epoch. */
export interface TrackerStatus {
  readonly url: string
  readonly tier: number
  readonly state: TrackerState
  readonly last_announce_at: number | null
  readonly next_announce_at: number | null
  /** Seeds, other peers and downloads of the swarm, null where the tracker does not say. */
  readonly seeds: number | null
  readonly peers: number | null
  readonly downloads: number | null
  /** The tracker's warning, or why it failed or is disabled; empty when all is well. */
  readonly message: string
}
