/** A rate in bytes per second, smoothed over a few seconds. */
const smoothingMs = 3000
/** A rate that has ended is seen to end: nothing is smoothed over a sample without bytes for long. */
const endingMs = 500
/** Below this a rate has ended. */
const leastRate = 1024

export class RateMeter {
  #rate = 0
  #bytes = 0
  #sampledAt: number

  constructor(now: number) {
    this.#sampledAt = now
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** Takes what was added since the sample before into account. Gives whole bytes per second. */
  sample(now: number): number {
    const elapsed = now - this.#sampledAt
    if (elapsed <= 0) return Math.round(this.#rate)
    const current = (this.#bytes / elapsed) * 1000
    const weight = 1 - Math.exp(-elapsed / (this.#bytes === 0 ? endingMs : smoothingMs))
    this.#rate += (current - this.#rate) * weight
    if (this.#bytes === 0 && this.#rate < leastRate) this.#rate = 0
    this.#bytes = 0
    this.#sampledAt = now
    return Math.round(this.#rate)
  }
}
