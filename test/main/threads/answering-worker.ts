/** A thread that answers calls in every way that a call can end. */
import { parentPort } from 'node:worker_threads'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { expose } from '../../../src/worker/expose.ts'

export class Answering {
  async echo(value: unknown): Promise<unknown> {
    return await Promise.resolve(value)
  }

  async refuse(): Promise<void> {
    await Promise.resolve()
    throw new RestTorrentError('disk_full', 'no room', { details: { errno: 'ENOSPC', path: 'a/b' } })
  }

  async fault(): Promise<void> {
    await Promise.resolve()
    throw new TypeError('secret of the inside')
  }

  async never(): Promise<void> {
    await new Promise(() => undefined)
  }

  async crash(): Promise<void> {
    await Promise.resolve()
    setImmediate(() => {
      throw new Error('crashed as asked')
    })
    await this.never()
  }

  async loop(): Promise<void> {
    await Promise.resolve()
    for (;;);
  }
}

if (parentPort) expose(new Answering(), parentPort)
