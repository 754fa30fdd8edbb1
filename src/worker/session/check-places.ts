/**
 * How many torrents of a session have their files hashed at the same time: the others wait, and the one that has
 * waited longest is next.
 */
export class CheckPlaces {
  readonly #waiting = new Set<() => void>()
  #most: number
  #taken = 0

  /** `most` as for `limit`. */
  constructor(most: number) {
    this.#most = most
  }

  /** Lets no more begin than so many at once from now on, 0: any number; what has begun goes on. */
  limit(most: number): void {
    this.#most = most
    this.#next()
  }

  /** Runs `check` when there is a place; settles as it does, or rejects with the signal's reason when aborted before. */
  async run<T>(signal: AbortSignal, check: () => Promise<T>): Promise<T> {
    await this.#place(signal)
    try {
      return await check()
    } finally {
      this.#taken -= 1
      this.#next()
    }
  }

  async #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const begin = (): void => {
      signal.removeEventListener('abort', leave)
      resolve(undefined)
    }
    const leave = (): void => {
      this.#waiting.delete(begin)
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    this.#waiting.add(begin)
    this.#next()
    await promise
  }

  #next(): void {
    for (const begin of this.#waiting) {
      if (this.#most > 0 && this.#taken >= this.#most) return
      this.#waiting.delete(begin)
      this.#taken += 1
      begin()
    }
  }
}
