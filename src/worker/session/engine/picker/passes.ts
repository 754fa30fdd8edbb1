/** Longest that one pass keeps the thread. */
const budgetMs = 5

/**
 * Goes through all items soon after it was asked to, once for all that asked meanwhile; a pass that takes
 * too long lets the thread go and continues where it was.
 */
export class Passes<Item> {
  readonly #items: () => Item[]
  readonly #work: (item: Item) => void
  #left: Item[] = []
  #scheduled: NodeJS.Immediate | undefined
  #again = false
  #longestMs = 0
  #stopped = false

  constructor(items: () => Item[], work: (item: Item) => void) {
    this.#items = items
    this.#work = work
  }

  /** The longest that the thread was kept. */
  get longestMs(): number {
    return this.#longestMs
  }

  request(): void {
    if (this.#stopped) return
    if (this.#left.length > 0) this.#again = true
    this.#scheduled ??= setImmediate(() => this.#run())
  }

  stop(): void {
    this.#stopped = true
    clearImmediate(this.#scheduled)
    this.#left = []
  }

  #run(): void {
    this.#scheduled = undefined
    const startedAt = performance.now()
    if (this.#left.length === 0) this.#left = this.#items()
    let tookMs = 0
    while (this.#left.length > 0 && tookMs < budgetMs) {
      const item = this.#left.pop()
      if (item !== undefined) this.#work(item)
      tookMs = performance.now() - startedAt
    }
    this.#longestMs = Math.max(this.#longestMs, tookMs)
    if (this.#left.length === 0 && !this.#again) return
    if (this.#left.length === 0) this.#again = false
    this.request()
  }
}
