/** Time that a budget saves up for while nobody needs it: so much may come at once after a pause. */
const savedMs = 400
/** The same where no time may be lost: while somebody waits, or where the thread itself was late. */
const mostLateMs = 2000
/** Debt beyond a block, and a second of the new rate, is forgiven when the rate changes: it was made under another one. */
const mostDebt = 16 * 1024

/** Bytes that may move by now, at a rate. Told the time in milliseconds from any point. */
export class RateBudget {
  #rate = 0
  #bytes = 0
  #at = 0

  /** 0: unlimited. */
  get isUnlimited(): boolean {
    return this.#rate === 0
  }

  /** Bytes that may move; below zero when more moved than was there. */
  get bytes(): number {
    return this.isUnlimited ? Infinity : this.#bytes
  }

  /** Bytes per second from now on, 0: unlimited. */
  setRate(rate: number, now: number): void {
    if (rate === this.#rate) return
    this.refill(now)
    this.#rate = rate
    this.#bytes = Math.max(-Math.max(mostDebt, rate), Math.min(0, this.#bytes))
    this.#at = now
  }

  /** Adds what became free since the last time; `isWhole` where none of that time may be lost. */
  refill(now: number, isWhole = false): void {
    const most = Math.max(this.#bytes, (this.#rate * (isWhole ? mostLateMs : savedMs)) / 1000)
    this.#bytes = Math.min(most, this.#bytes + (this.#rate * (now - this.#at)) / 1000)
    this.#at = now
  }

  /** Bytes moved; a negative number gives back what did not. */
  spend(bytes: number): void {
    if (!this.isUnlimited) this.#bytes -= bytes
  }
}
