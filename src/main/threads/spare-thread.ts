/**
 * Keeps one thread that has loaded its code and waits for a session, so that one that crashed, or is new, need not
 * wait for a thread to start: most of what a start takes. There is none before the first session.
 */
import type { HostOptions, SessionHost } from './session-host.ts'
import { startSessionThread, type SessionThread } from './session-thread.ts'
import { hostIn } from './thread-host.ts'

/** The next one is started when none was asked for so long: it is not to compete with what they begin with. */
const usualRestMs = 1000

export class SpareThread {
  readonly #entry: URL
  readonly #restMs: number
  #spare: SessionThread | undefined
  #rest: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(entry: URL, restMs = usualRestMs) {
    this.#entry = entry
    this.#restMs = restMs
  }

  /** Whether there is one; it may still be loading its code. */
  get isThere(): boolean {
    return this.#spare !== undefined
  }

  /** Runs a session in the spare thread, or in a new one where there is none. */
  start(options: HostOptions): SessionHost {
    const thread = this.#spare ?? startSessionThread(this.#entry)
    this.#spare = undefined
    clearTimeout(this.#rest)
    if (!this.#isClosed) this.#rest = setTimeout(() => this.#prepare(), this.#restMs).unref()
    return hostIn(thread, options)
  }

  /** Ends the spare thread, and keeps none any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#rest)
    const spare = this.#spare
    this.#spare = undefined
    await spare?.worker.terminate()
  }

  #prepare(): void {
    const spare = (this.#spare = startSessionThread(this.#entry, true))
    void spare.ended.then(() => {
      if (this.#spare === spare) this.#spare = undefined // whoever is next has one of its own, and sees why
    })
  }
}
