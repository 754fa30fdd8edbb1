import { settleAll } from './settle-all.ts'

/** Runs at most `max` pieces of work at a time; the rest waits in the order it came. */
export class OperationLimit {
  #max: number
  /** Below 0 while more run than may. */
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(max: number) {
    this.#max = max
    this.#free = max
  }

  /** Runs at most `max` from now on; what runs already goes on. */
  resize(max: number): void {
    this.#free += max - this.#max
    this.#max = max
    for (; this.#free > 0; this.#free -= 1) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      next()
    }
  }

  /** Settles as `work` does, once it had its turn. Work must not wait for other work of the same limit. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#free < 0 ? undefined : this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }

  /** Runs `work` for every item, as `settleAll` waits. */
  async forEach<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
    await settleAll(Array.from(items, (item) => this.run(() => work(item))))
  }
}
