/** Who is next: in each lane so many run at the same time, and the others wait in order. */
export class JobLanes<Item> {
  readonly #atOnce: number
  readonly #run: (item: Item) => Promise<void>
  readonly #waiting = new Map<string, Set<Item>>()
  readonly #running = new Map<string, Map<Item, Promise<void>>>()
  #isClosed = false

  /** `run` never rejects. */
  constructor(atOnce: number, run: (item: Item) => Promise<void>) {
    this.#atOnce = atOnce
    this.#run = run
  }

  /** How many wait or run, in all lanes. */
  get size(): number {
    return [...this.#waiting.values(), ...this.#running.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** How many wait or run in a lane. */
  sizeOf(lane: string): number {
    return (this.#waiting.get(lane)?.size ?? 0) + (this.#running.get(lane)?.size ?? 0)
  }

  /** What runs now. */
  running(): Item[] {
    return [...this.#running.values()].flatMap((items) => [...items.keys()])
  }

  /** Runs the item in its turn. */
  add(lane: string, item: Item): void {
    this.#waiting.set(lane, (this.#waiting.get(lane) ?? new Set()).add(item))
    this.#next(lane)
  }

  /** Whether the item was waiting, which it is no longer. */
  drop(lane: string, item: Item): boolean {
    const waiting = this.#waiting.get(lane)
    const wasWaiting = waiting?.delete(item) === true
    if (waiting?.size === 0) this.#waiting.delete(lane)
    return wasWaiting
  }

  /** Runs nothing more; settles when what runs has ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#running.values()].flatMap((items) => [...items.values()]))
  }

  #next(lane: string): void {
    const running = this.#running.get(lane) ?? new Map<Item, Promise<void>>()
    while (!this.#isClosed && running.size < this.#atOnce) {
      const [item] = this.#waiting.get(lane) ?? []
      if (item === undefined) return
      this.drop(lane, item)
      this.#running.set(lane, running)
      running.set(
        item,
        this.#run(item).finally(() => this.#ended(lane, item)),
      )
    }
  }

  #ended(lane: string, item: Item): void {
    const running = this.#running.get(lane)
    running?.delete(item)
    if (running?.size === 0) this.#running.delete(lane)
    this.#next(lane)
  }
}
