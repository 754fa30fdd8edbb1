/**
 * Steps on the same thing, one after the other in the order they came: each is judged by what the one before
 * has left, and steps on different things do not wait for each other.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `step` when every earlier one of this key has settled; settles as it does. */
  async take<Result>(key: string, step: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(step)
    const settled = turn
      .catch(() => undefined) // whoever asked for the step hears of it
      .finally(() => {
        if (this.#last.get(key) === settled) this.#last.delete(key)
      })
    this.#last.set(key, settled)
    return await turn
  }

  /** Settles when every step that was taken up has settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
