/**
 * Reads parts of files for callers: few at a time for each session, so that a disk that hangs keeps some of the
 * threads and not all. A read that is late is given up, but its place is taken until its thread is back.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { ContentRead } from '../../protocol/tasks.ts'

/** Of one session at the same time. */
const mostAtOnce = 4
const defaultDeadlineMs = 10_000

interface Lane {
  running: number
  /** Of these, those that are late. */
  held: number
  readonly waiting: Set<() => void>
}

export type ReadPart = (request: ContentRead) => Promise<Uint8Array>

export class ContentReads {
  readonly #read: ReadPart
  readonly #deadlineMs: number
  readonly #lanes = new Map<string, Lane>()

  constructor(read: ReadPart, deadlineMs = defaultDeadlineMs) {
    this.#read = read
    this.#deadlineMs = deadlineMs
  }

  /** Whether a thread waits for a disk. */
  get isHeld(): boolean {
    return [...this.#lanes.values()].some(({ held }) => held > 0)
  }

  /** Rejects as `read` does, or with `disk_unresponsive`: at once where all reads of the session are late. */
  async read(sessionId: string, request: ContentRead): Promise<Uint8Array> {
    const lane = this.#laneOf(sessionId)
    if (lane.held >= mostAtOnce) throw late(request)
    const outcome = Promise.withResolvers<Uint8Array>()
    let isLate = false
    const start = (): void => {
      lane.waiting.delete(start)
      lane.running += 1
      void this.#read(request)
        .then(outcome.resolve, outcome.reject)
        .then(() => {
          if (isLate) lane.held -= 1
          this.#leave(sessionId, lane)
        })
    }
    const timer = setTimeout(() => {
      outcome.reject(late(request))
      if (lane.waiting.delete(start)) return
      isLate = true
      lane.held += 1
    }, this.#deadlineMs)
    if (lane.running < mostAtOnce) start()
    else lane.waiting.add(start)
    return await outcome.promise.finally(() => {
      if (!isLate) clearTimeout(timer)
    })
  }

  #laneOf(sessionId: string): Lane {
    const lane = this.#lanes.get(sessionId) ?? { running: 0, held: 0, waiting: new Set() }
    this.#lanes.set(sessionId, lane)
    return lane
  }

  #leave(sessionId: string, lane: Lane): void {
    lane.running -= 1
    const [next] = lane.waiting
    if (next !== undefined) next()
    else if (lane.running === 0) this.#lanes.delete(sessionId)
  }
}

function late({ path }: ContentRead): RestTorrentError {
  return new RestTorrentError('disk_unresponsive', `cannot read ${path}: the disk gives no answer`)
}
