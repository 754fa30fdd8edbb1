/** How many things may happen a second, with as many at once after a rest. */
export class TokenBucket {
  readonly #perSecond: number
  #left: number
  #at: number

  constructor(perSecond: number, now = performance.now()) {
    this.#perSecond = perSecond
    this.#left = perSecond
    this.#at = now
  }

  /** Takes one and gives whether there was one; `now` in milliseconds. */
  take(now = performance.now()): boolean {
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#perSecond
    this.#left = Math.min(this.#perSecond, this.#left + gained)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
