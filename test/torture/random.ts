/** Chances that are the same again for the same seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 up to 1, excluded (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number of `from` up to `to`, excluded. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from))
  }

  /** One of them, which must not be none. */
  pick<T>(from: readonly T[]): T {
    const chosen = from[this.between(0, from.length)]
    if (chosen === undefined) throw new Error('nothing to pick from')
    return chosen
  }
}
