/** When things last happened, for as long as it matters and for a bounded number of things. */
export class Recent {
  readonly #keepMs: number
  readonly #most: number
  /** Oldest first. */
  readonly #at = new Map<string, number>()

  constructor(keepMs: number, most: number) {
    this.#keepMs = keepMs
    this.#most = most
  }

  /** Milliseconds since it was noted; Infinity when that is longer ago than is kept, or never was. */
  age(key: string, now: number): number {
    const at = this.#at.get(key)
    const age = at === undefined ? Infinity : Math.abs(now - at)
    return age < this.#keepMs ? age : Infinity
  }

  /** Notes it as of now. The oldest are forgotten where there are too many. */
  note(key: string, now: number): void {
    this.#at.delete(key)
    this.#at.set(key, now)
    for (const oldest of this.#at.keys()) {
      if (this.#at.size <= this.#most && this.age(oldest, now) < Infinity) return
      this.#at.delete(oldest)
    }
  }
}
