/** Commands on the same torrent are carried out one after the other, in the order they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Runs `step` when every earlier one of this torrent has settled; settles as `step` does. */
  async take(infoHash: string, step: () => Promise<void>): Promise<void> {
    const turn = (this.#last.get(infoHash) ?? Promise.resolve()).then(step)
    const settled = turn
      .catch(() => undefined) // whoever asked for the step hears of it
      .finally(() => {
        if (this.#last.get(infoHash) === settled) this.#last.delete(infoHash)
      })
    this.#last.set(infoHash, settled)
    await turn
  }

  /** Settles when every step that was taken up has settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
