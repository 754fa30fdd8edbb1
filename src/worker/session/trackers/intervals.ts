/** When a tracker is asked again: within what it may demand, and later and later while it fails. */

const shortestMs = 60_000
const longestMs = 60 * 60_000
const usualMs = 30 * 60_000
const firstRetryMs = 30_000

/** The least wait for trackers of which none works, where a caller asks for an announce. */
export const askedRetryMs = 10_000

/** The wait that a tracker asks for in seconds, kept between a minute and an hour; half an hour without one. */
export function intervalMs(seconds: number | undefined): number {
  return seconds === undefined ? usualMs : clamp(seconds * 1000)
}

/** The shortest wait between two announces that no event asks for; a minute where the tracker says none. */
export function minIntervalMs(seconds: number | undefined): number {
  return clamp((seconds ?? 0) * 1000)
}

/** The wait after so many failures in a row: 30 s, doubling to an hour, spread by up to a quarter. */
export function retryMs(failures: number, random: () => number): number {
  const delay = firstRetryMs * 2 ** Math.min(failures - 1, 10)
  return Math.min(longestMs, Math.round(delay * (1 + random() / 4)))
}

function clamp(ms: number): number {
  return Math.min(longestMs, Math.max(shortestMs, ms))
}
