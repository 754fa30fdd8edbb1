/** What is due is done one after the other, with a turn of the event loop between two for all that came meanwhile. */
export class LoopTurns<Thing> {
  readonly #run: (thing: Thing) => void
  readonly #due = new Set<Thing>()
  #next: NodeJS.Immediate | undefined

  constructor(run: (thing: Thing) => void) {
    this.#run = run
  }

  /** Has the thing run in its turn. */
  add(thing: Thing): void {
    this.#due.add(thing)
    if (this.#next === undefined) this.#takeNextLater()
  }

  /** Forgets a thing that has not been run yet. */
  drop(thing: Thing): void {
    this.#due.delete(thing)
  }

  #takeOne(): void {
    this.#next = undefined
    const [thing] = this.#due
    if (thing === undefined) return
    this.#due.delete(thing)
    if (this.#due.size > 0) this.#takeNextLater()
    this.#run(thing)
  }

  #takeNextLater(): void {
    this.#next = setImmediate(() => this.#takeOne())
  }
}
