/** Asks main whether a torrent may write its files: they may belong to another one, also of another session. */
import { fromWireError, type WireError } from '../../protocol/errors.ts'
import type { SessionEvent } from '../../protocol/session-rpc.ts'

export class WritePermits {
  readonly #post: (event: SessionEvent) => void
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  #lastId = 0

  constructor(post: (event: SessionEvent) => void) {
    this.#post = post
  }

  /** Settles when it may. Rejects with `file_in_use`, or with the signal's reason when aborted. */
  async ask(infoHash: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const requestId = ++this.#lastId
    const answer: PromiseWithResolvers<void> = Promise.withResolvers()
    const cancel = (): void => answer.reject(signal.reason)
    this.#waiting.set(requestId, answer)
    signal.addEventListener('abort', cancel, { once: true })
    this.#post({ type: 'write_request', requestId, infoHash })
    try {
      await answer.promise
    } finally {
      this.#waiting.delete(requestId)
      signal.removeEventListener('abort', cancel)
    }
  }

  /** Takes an answer; one that nobody waits for any more is dropped. */
  answered(requestId: number, refusal: WireError | undefined): void {
    const answer = this.#waiting.get(requestId)
    if (refusal === undefined) answer?.resolve()
    else answer?.reject(fromWireError(refusal))
  }
}
