/** When a crashed session comes back: at once, then later and later, then only every five minutes. */

const firstDelayMs = 250
const longestDelayMs = 30_000
const crashWindowMs = 60_000
const crashesToFail = 5

/** How long a failed session waits before it is tried again by itself. */
export const failedRetryMs = 5 * 60_000

/** Counts the crashes of one session. Instants are milliseconds of any one clock. */
export class Backoff {
  #crashes: number[] = []
  #delayMs = 0

  /**
   * Notes a crash of a generation that began at `startedAt`. Gives the delay before the next start, or
   * `failed` after five crashes within 60 s. Sixty seconds of health forget what was before.
   */
  crashed(now: number, startedAt: number, random: () => number = Math.random): number | 'failed' {
    if (now - startedAt >= crashWindowMs) this.reset()
    this.#crashes = [...this.#crashes.filter((at) => now - at < crashWindowMs), now]
    if (this.#crashes.length >= crashesToFail) {
      this.reset()
      return 'failed'
    }
    const delay = this.#delayMs
    this.#delayMs = Math.min(longestDelayMs, delay === 0 ? firstDelayMs : delay * 2)
    return Math.round(delay * (0.75 + random() / 2))
  }

  /** Forgets every crash: the next one is followed by an immediate start. */
  reset(): void {
    this.#crashes = []
    this.#delayMs = 0
  }
}
