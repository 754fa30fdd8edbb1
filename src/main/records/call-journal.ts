/**
 * A journal that knows for which call something is written, across all that the call waits for. What a call
 * makes can so be written together with the call itself: after a crash there are both or neither.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { MadeThing } from '../../protocol/idempotency.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { Journal } from './journal.ts'

/** One call while it runs. */
export interface WritingCall {
  /** What is written beside the first thing that the call makes. */
  readonly beside: (made: MadeThing) => StoreOperation
  /** What it made, once that is durable. */
  made: MadeThing | undefined
  /** Whether anything at all was tried to be written. */
  hasWritten: boolean
  /** What runs on after the answer belongs to it no more. */
  hasEnded: boolean
}

export class CallJournal implements Journal {
  readonly #journal: Journal
  readonly #calls = new AsyncLocalStorage<WritingCall>()

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** See `Journal.write`. */
  async write(...operations: readonly StoreOperation[]): Promise<void> {
    const call = this.#calls.getStore()
    if (call === undefined || call.hasEnded) return await this.#journal.write(...operations)
    call.hasWritten = true
    const made = call.made === undefined ? madeBy(operations) : undefined
    if (made === undefined) return await this.#journal.write(...operations)
    await this.#journal.write(...operations, call.beside(made))
    call.made = made
  }

  /** Runs a call, and knows for which whatever it writes is. */
  async run<Result>(call: WritingCall, work: () => Promise<Result> | Result): Promise<Result> {
    try {
      return await this.#calls.run(call, work)
    } finally {
      call.hasEnded = true
    }
  }
}

/** The first thing that the operations make or change as a whole. */
function madeBy(operations: readonly StoreOperation[]): MadeThing | undefined {
  for (const operation of operations) {
    switch (operation.type) {
      case 'put_session':
        return { sessionId: operation.session.id }
      case 'put_torrent':
        return { sessionId: operation.sessionId, infoHash: operation.torrent.infoHash }
      case 'put_key':
        return { keyPrefix: operation.key.prefix }
      case 'put_job':
        return { jobId: operation.record.job.id }
      case 'put_webhook':
        return { webhookId: operation.record.webhook.id }
    }
  }
  return undefined
}
