/**
 * Hands the sessions' hashing to the pool, fairly: sessions take turns, and no more runs at once than the
 * pool has threads, so that one session's long check cannot keep another's short one waiting.
 */
import { toWireError } from '../../protocol/errors.ts'
import type { HashAnswer, HashRequest } from '../../protocol/session-rpc.ts'
import type { TaskPool } from '../threads/task-pool.ts'

interface Job {
  readonly requestId: number
  readonly request: HashRequest
  readonly settle: (answer: HashAnswer | undefined) => void
}

export class HashDesk {
  readonly #pool: TaskPool
  /** Waiting jobs by session; a session that was served goes to the end. */
  readonly #queues = new Map<string, Job[]>()
  #running = 0

  constructor(pool: TaskPool) {
    this.#pool = pool
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return Array.from(this.#queues.values(), (queue) => queue.length).reduce((sum, length) => sum + length, 0)
  }

  /** Jobs that a thread has. */
  get running(): number {
    return this.#running
  }

  /** Hashes a range of pieces when it is the session's turn; undefined when it was cancelled. */
  async run(sessionId: string, requestId: number, request: HashRequest): Promise<HashAnswer | undefined> {
    const { promise, resolve } = Promise.withResolvers<HashAnswer | undefined>()
    const queue = this.#queues.get(sessionId) ?? []
    queue.push({ requestId, request, settle: resolve })
    this.#queues.set(sessionId, queue)
    this.#next()
    return await promise
  }

  cancel(sessionId: string, requestId: number): void {
    this.#drop(sessionId, (job) => job.requestId === requestId)
  }

  cancelAll(sessionId: string): void {
    this.#drop(sessionId, () => true)
  }

  #drop(sessionId: string, dropped: (job: Job) => boolean): void {
    const queue = this.#queues.get(sessionId) ?? []
    for (const job of queue.filter(dropped)) job.settle(undefined)
    const rest = queue.filter((job) => !dropped(job))
    if (rest.length > 0) this.#queues.set(sessionId, rest)
    else this.#queues.delete(sessionId)
  }

  #next(): void {
    if (this.#running >= this.#pool.hashThreads) return
    const [turn] = this.#queues
    if (turn === undefined) return
    const [sessionId, queue] = turn
    this.#queues.delete(sessionId)
    const job = queue.shift()
    if (queue.length > 0) this.#queues.set(sessionId, queue)
    if (job === undefined) return
    this.#running += 1
    this.#pool
      .hash(job.request)
      .then(
        (matches) => job.settle({ matches }),
        (error: unknown) => job.settle({ error: toWireError(error) }),
      )
      .finally(() => {
        this.#running -= 1
        this.#next()
      })
    this.#next()
  }
}
