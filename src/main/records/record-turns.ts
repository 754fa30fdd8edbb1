/**
 * Changes of one torrent's record, one after the other: each is judged by what the one before has written,
 * and no change that waited for the disk brings a torrent back that was removed meanwhile.
 */
export class RecordTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `change` when every earlier one of this torrent has settled; settles as it does. */
  async take<Result>(infoHash: string, change: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(infoHash) ?? Promise.resolve()).then(change)
    const settled = turn
      .catch(() => undefined) // whoever asked for the change hears of it
      .finally(() => {
        if (this.#last.get(infoHash) === settled) this.#last.delete(infoHash)
      })
    this.#last.set(infoHash, settled)
    return await turn
  }
}
