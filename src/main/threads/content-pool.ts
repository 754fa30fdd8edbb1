/**
 * The threads that read the content of torrents for callers: apart from the other pools, because a disk that
 * hangs may keep them, and never ended for being late, since a thread that waits in the kernel cannot be.
 */
import { Piscina } from 'piscina'
import { fromWireError } from '../../protocol/errors.ts'
import type { ContentRead, TaskAnswer } from '../../protocol/tasks.ts'

/** Enough for several sessions whose disks hang, see `ContentReads`. */
const maxThreads = 16
const closeDeadlineMs = 2000

export class ContentPool {
  readonly #pool: Piscina

  constructor(entry: URL) {
    this.#pool = new Piscina({
      filename: entry.href,
      name: 'readContent',
      minThreads: 0,
      maxThreads,
      idleTimeout: 10_000,
      maxQueue: 1000,
    })
  }

  /** Reads a part of a file; takes as long as the disk does. Rejects with `files_changed` or another disk code. */
  async read(request: ContentRead): Promise<Uint8Array> {
    const answer = (await this.#pool.run(request)) as TaskAnswer<Uint8Array>
    if ('error' in answer) throw fromWireError(answer.error)
    return answer.value
  }

  /** Ends the threads; does not wait for those that a disk keeps. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeDeadlineMs)))
    await Promise.race([this.#pool.destroy(), late])
    clearTimeout(timer)
  }
}
