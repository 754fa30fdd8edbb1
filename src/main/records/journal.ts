/** Where records are made durable. */
import type { StoreOperation } from '../../protocol/store-rpc.ts'

export interface Journal {
  /** All of the operations or none; settles when they survive a power cut. Rejects with a disk code. */
  write(...operations: readonly StoreOperation[]): Promise<void>
}

/** How a session's records are kept beyond the process. */
export interface Keeping {
  readonly journal: Journal
  /** A write that no caller waits for has failed; what it held is written again with the next of its kind. */
  readonly onFailed: (error: unknown) => void
}

/** What is written in the background goes through here: nobody has to wait for it, but a stop does. */
export class BackgroundWrites {
  readonly #journal: Journal
  readonly #onFailed: (error: unknown) => void
  readonly #running = new Set<Promise<unknown>>()

  constructor(journal: Journal, onFailed: (error: unknown) => void) {
    this.#journal = journal
    this.#onFailed = onFailed
  }

  write(...operations: readonly StoreOperation[]): void {
    void this.written(...operations)
  }

  /** The same; gives, and never rejects, whether the operations are durable or have failed. */
  written(...operations: readonly StoreOperation[]): Promise<boolean> {
    const run = this.#journal.write(...operations).then(
      () => true,
      (error: unknown) => {
        this.#onFailed(error)
        return false
      },
    )
    this.#running.add(run)
    void run.finally(() => this.#running.delete(run))
    return run
  }

  /** Settles when everything written so far is durable or has failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#running)
  }
}
