/**
 * How urgent a task is, most urgent first: `stopped` of a torrent with peers, `stopped` of others,
 * `completed`, every other announce, scrapes.
 */
export const urgencies = ['leaving', 'leaving_alone', 'event', 'routine', 'scrape'] as const
export type Urgency = (typeof urgencies)[number]

/** Something that waits for its turn. */
export interface Task {
  /** Hands the result on by itself and never rejects. */
  readonly start: () => Promise<void>
  readonly cancel: () => void
  isCancelled: boolean
}

/** What waits and what is under way for one host. */
export class Lane {
  readonly host: string
  inFlight = 0
  readonly #queues = new Map<Urgency, Task[]>()

  constructor(host: string) {
    this.host = host
  }

  get isIdle(): boolean {
    return this.inFlight === 0 && this.#queues.size === 0
  }

  /** Whether something of this urgency may wait; it may have been cancelled. */
  has(urgency: Urgency): boolean {
    return this.#queues.has(urgency)
  }

  add(urgency: Urgency, task: Task): void {
    const queue = this.#queues.get(urgency) ?? []
    this.#queues.set(urgency, queue)
    queue.push(task)
  }

  /** Removes the first task of this urgency that was not cancelled. */
  take(urgency: Urgency): Task | undefined {
    const queue = this.#queues.get(urgency) ?? []
    const index = queue.findIndex((task) => !task.isCancelled)
    const [task] = index < 0 ? [] : queue.splice(0, index + 1).slice(-1)
    if (index < 0 || queue.length === 0) this.#queues.delete(urgency)
    return task
  }

  cancelAll(): void {
    for (const task of [...this.#queues.values()].flat()) task.cancel()
  }
}
