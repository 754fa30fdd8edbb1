/** When a delivery that was not taken is tried again. */
const firstPauseMs = 10_000
const longestPauseMs = 60 * 60 * 1000
const givenUpAfterMs = 24 * 60 * 60 * 1000

/**
 * The time of the next attempt after so many that failed: pauses double from 10 s to an hour, each up to a
 * fifth longer or shorter by `random` (0…1), until a day after the event; then null.
 */
export function nextAttempt(attempts: number, createdAt: number, now: number, random: number): number | null {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1))
  const at = now + Math.round(pause * (0.8 + 0.4 * random))
  return at > createdAt + givenUpAfterMs ? null : at
}
