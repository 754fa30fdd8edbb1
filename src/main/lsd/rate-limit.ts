/** Counts events against a limit for each second, in all and for each of their sources. */

const windowMs = 1000

export class RateLimit {
  readonly #mostOfAll: number
  readonly #mostOfOne: number
  #windowAt = 0
  #all = 0
  /** Holds at most as many sources as events are let through in a second. */
  #bySource = new Map<string, number>()

  constructor(mostOfAll: number, mostOfOne: number) {
    this.#mostOfAll = mostOfAll
    this.#mostOfOne = mostOfOne
  }

  /** Whether one more event of this source is within the limits; counts it if so. */
  takes(source: string, now: number): boolean {
    if (Math.abs(now - this.#windowAt) >= windowMs) {
      this.#windowAt = now
      this.#all = 0
      this.#bySource = new Map()
    }
    const ofSource = this.#bySource.get(source) ?? 0
    if (this.#all >= this.#mostOfAll || ofSource >= this.#mostOfOne) return false
    this.#all += 1
    this.#bySource.set(source, ofSource + 1)
    return true
  }
}
