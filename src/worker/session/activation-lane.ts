/**
 * One torrent at a time is handed to the engine, so that a crash while one is being opened has one suspect
 * and takes no other torrent into quarantine with it.
 */
export class ActivationLane {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `step` when those before have settled; settles as `step` does. */
  async run<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(step)
    this.#last = turn.catch(() => undefined) // whoever asked for the step hears of it
    return await turn
  }
}
