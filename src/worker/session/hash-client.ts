/** Has ranges of pieces hashed by the pool that main owns; requests go out as events, answers come as calls. */
import { fromWireError, RestTorrentError } from '../../protocol/errors.ts'
import type { HashAnswer, HashRequest, SessionEvent } from '../../protocol/session-rpc.ts'

export class HashClient {
  readonly #post: (event: SessionEvent) => void
  readonly #waiting = new Map<number, (answer: HashAnswer | undefined) => void>()
  #lastId = 0

  constructor(post: (event: SessionEvent) => void) {
    this.#post = post
  }

  /** One byte a piece, 1 where it matches. Rejects with the signal's reason when aborted. */
  async hash(request: HashRequest, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const requestId = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<HashAnswer | undefined>()
    const cancel = (): void => {
      this.#post({ type: 'hash_cancel', requestId })
      resolve(undefined)
    }
    this.#waiting.set(requestId, resolve)
    signal.addEventListener('abort', cancel, { once: true })
    this.#post({ type: 'hash_request', requestId, request })
    const answer = await promise
    this.#waiting.delete(requestId)
    signal.removeEventListener('abort', cancel)
    signal.throwIfAborted()
    if (answer === undefined) throw new RestTorrentError('session_gone', 'the check was cancelled')
    if ('error' in answer) throw fromWireError(answer.error)
    return answer.matches
  }

  /** Takes an answer; one that nobody waits for any more is dropped. */
  answered(requestId: number, answer: HashAnswer): void {
    this.#waiting.get(requestId)?.(answer)
  }
}
