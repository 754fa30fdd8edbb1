/**
 * Hands the sessions' hashing to the pool, fairly: sessions take turns, and no more runs at once than the
 * pool has threads, so that one session's long check cannot keep another's short one waiting.
 */
import { toWireError } from '../../protocol/errors.ts'
import type { HashAnswer, HashRequest } from '../../protocol/session-rpc.ts'
import type { TaskPool } from '../threads/task-pool.ts'

interface Job {
  /** Undefined for what no worker has asked for: a worker's end does not drop it. */
  readonly requestId: number | undefined
  /** Begins it; never rejects. */
  readonly run: () => Promise<void>
  readonly drop: () => void
}

export class HashDesk {
  readonly #pool: TaskPool
  /** Waiting jobs by session; a session that was served goes to the end. */
  readonly #queues = new Map<string, Job[]>()
  #running = 0
  #most = Infinity

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

  /** Runs no more than so many at once from now on; never more than the pool has threads. */
  limit(most: number): void {
    this.#most = most
    this.#next()
  }

  /** Hashes a range of pieces when it is the session's turn; undefined when it was cancelled. */
  async run(sessionId: string, requestId: number, request: HashRequest): Promise<HashAnswer | undefined> {
    const { promise, resolve } = Promise.withResolvers<HashAnswer | undefined>()
    const run = async (): Promise<void> =>
      await this.#pool.hash(request).then(
        (matches) => resolve({ matches }),
        (error: unknown) => resolve({ error: toWireError(error) }),
      )
    this.#add(sessionId, { requestId, run, drop: () => resolve(undefined) })
    return await promise
  }

  /** Runs other work of the pool when it is the session's turn; settles as it does. */
  async inTurn<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const run = async (): Promise<void> => await work().then(resolve, reject)
    this.#add(sessionId, { requestId: undefined, run, drop: () => undefined })
    return await promise
  }

  cancel(sessionId: string, requestId: number): void {
    this.#drop(sessionId, (job) => job.requestId === requestId)
  }

  cancelAll(sessionId: string): void {
    this.#drop(sessionId, ({ requestId }) => requestId !== undefined)
  }

  #add(sessionId: string, job: Job): void {
    const queue = this.#queues.get(sessionId) ?? []
    queue.push(job)
    this.#queues.set(sessionId, queue)
    this.#next()
  }

  #drop(sessionId: string, dropped: (job: Job) => boolean): void {
    const queue = this.#queues.get(sessionId) ?? []
    for (const job of queue.filter(dropped)) job.drop()
    const rest = queue.filter((job) => !dropped(job))
    if (rest.length > 0) this.#queues.set(sessionId, rest)
    else this.#queues.delete(sessionId)
  }

  #next(): void {
    if (this.#running >= Math.min(this.#most, this.#pool.hashThreads)) return
    const [turn] = this.#queues
    if (turn === undefined) return
    const [sessionId, queue] = turn
    this.#queues.delete(sessionId)
    const job = queue.shift()
    if (queue.length > 0) this.#queues.set(sessionId, queue)
    if (job === undefined) return
    this.#running += 1
    void job.run().then(() => {
      this.#running -= 1
      this.#next()
    })
    this.#next()
  }
}
