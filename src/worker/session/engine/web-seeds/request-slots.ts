/** How many requests to web seeds may be under way at the same time. */
export class RequestSlots {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Whether there was a free one, which is taken now; otherwise `onFree` is called when there may be one. */
  take(onFree: () => void): boolean {
    if (this.#taken >= this.#most) {
      this.#waiting.add(onFree)
      return false
    }
    this.#taken += 1
    return true
  }

  give(): void {
    this.#taken -= 1
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const onFree of waiting) onFree()
  }

  /** Nobody waits here any more. */
  forget(onFree: () => void): void {
    this.#waiting.delete(onFree)
  }
}
