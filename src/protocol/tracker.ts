/** What the world sees of a tracker of a torrent. */
import * as z from 'zod'

/**
 * The states of a tracker of a torrent.
 *
 * `idle` (not needed so far) → `announcing` → `working` (accepted the last announce) or `failed` (refused it
 * or gave no answer; tried again later). One that cannot be used is `disabled` for ever.
 */
export const trackerStates = ['idle', 'announcing', 'working', 'failed', 'disabled'] as const
export type TrackerState = (typeof trackerStates)[number]

const instant = 'milliseconds since the epoch'
const count = z.int().nullable()

/** A tracker as it is shown. */
export const trackerView = z.object({
  url: z.string(),
  tier: z.int().describe('from 0; tiers are tried in their order (BEP 12)'),
  state: z.enum(trackerStates),
  last_announce_at: z.number().nullable().describe(instant),
  next_announce_at: z.number().nullable().describe(`${instant}; null for one that is not needed`),
  seeds: count.describe('in the swarm, as it says; null where it does not'),
  peers: count.describe('in the swarm that are no seeds'),
  downloads: count.describe('that were completed, ever'),
  message: z.string().describe('why it failed or is disabled, else its warning; empty when all is well'),
})
export type TrackerView = z.output<typeof trackerView>

/** The trackers of a torrent that does not run. */
export function restingTrackers(tiers: readonly (readonly string[])[]): TrackerView[] {
  const resting = { state: 'idle', last_announce_at: null, next_announce_at: null, message: '' } as const
  const counts = { seeds: null, peers: null, downloads: null }
  return tiers.flatMap((urls, tier) => urls.map((url) => ({ url, tier, ...resting, ...counts })))
}
