/** How long one that had to wait is taken to want all that it can get. */
const hungryMs = 1000
/** Looks of which the largest rate counts. */
const looks = 4
/** What is asked for beyond what is used, so that a session can grow without having to wait first. */
const growth = 1.25

/** What a session would move in one direction, by what it has moved and whether it had to wait. */
export class Demand {
  #moved = 0
  #waits = 0
  #at = 0
  #hungryUntil = 0
  #rates: number[] = []

  /** Bytes/s; told counts that run over at 32 bits, and the time in milliseconds from any point. */
  read(moved: number, waits: number, now: number): number {
    if (moved === this.#moved && waits === this.#waits && this.#isAtRest(now)) {
      this.#at = now
      return 0
    }
    const passed = Math.max(1, now - this.#at)
    const isFirst = this.#at === 0
    const bytes = isFirst ? 0 : Math.max(0, (moved - this.#moved) | 0)
    if (!isFirst && waits !== this.#waits) this.#hungryUntil = now + hungryMs
    this.#moved = moved
    this.#waits = waits
    this.#at = now
    this.#rates = [...this.#rates, (bytes * 1000) / passed].slice(-looks)
    return now < this.#hungryUntil ? Infinity : Math.max(...this.#rates) * growth
  }

  #isAtRest(now: number): boolean {
    return this.#at > 0 && now >= this.#hungryUntil && this.#rates.every((rate) => rate === 0)
  }
}
