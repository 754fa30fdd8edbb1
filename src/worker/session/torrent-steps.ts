/** What a torrent does one after the other, such as opening and closing, and what calls a long step off. */
import { RestTorrentError } from '../../protocol/errors.ts'

export class TorrentSteps {
  readonly #failed: (error: unknown) => Promise<void>
  #abort = new AbortController()
  #work: Promise<void> = Promise.resolve()

  /** `failed` sees to what a step rejects with. */
  constructor(failed: (error: unknown) => Promise<void>) {
    this.#failed = failed
  }

  /** Aborted when what is under way is called off. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Takes a step once those before have ended. */
  add(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => this.#failed(error))
  }

  /** Calls off what is under way. */
  interrupt(why: string): void {
    this.#abort.abort(new RestTorrentError('session_gone', why))
  }

  /** What begins now is not called off yet. */
  renew(): AbortSignal {
    this.#abort = new AbortController()
    return this.#abort.signal
  }

  /** Settles when the steps that were added so far have ended. */
  async settled(): Promise<void> {
    await this.#work
  }
}
