/** What the world sees of a web seed of a torrent (BEP 19). */
import * as z from 'zod'

/**
 * The states of a web seed.
 *
 * `idle` (nothing is asked of it) ⇄ `active` (at least one request is under way) → `waiting` (it failed, and
 * is asked again at `next_try_at`) → `idle`. What no time will mend leads to `given_up`, until the torrent
 * is started again.
 */
export const webSeedStates = ['idle', 'active', 'waiting', 'given_up'] as const

/** A web seed as it is shown; rates are bytes per second, instants milliseconds since the epoch. */
export const webSeedView = z.object({
  url: z.string(),
  state: z.enum(webSeedStates),
  download_rate: z.number().describe('bytes/s of payload'),
  downloaded: z.number().describe('payload bytes received since the torrent was started'),
  num_requests: z.int().describe('requests that are under way'),
  next_try_at: z.number().nullable().describe('milliseconds since the epoch; null unless it is waiting'),
  message: z.string().describe('why it failed last; empty when all is well'),
})
export type WebSeedView = z.output<typeof webSeedView>

/** A web seed of a torrent that does not run. */
export function restingWebSeed(url: string): WebSeedView {
  return {
    url,
    state: 'idle',
    download_rate: 0,
    downloaded: 0,
    num_requests: 0,
    next_try_at: null,
    message: '',
  }
}
