/**
 * Which writes of a torrent go to the disk at once: little of each file, and of few files. While one file is
 * being opened another is written; and what others read never waits for many small files.
 */
import { WriteGate } from './write-gate.ts'

const mib = 1024 * 1024
const mostOfTorrent = 4 * mib
const mostOfFile = mib

export class WriteOrder {
  readonly #torrent = new WriteGate(mostOfTorrent)
  /** By the index of a file; those that nobody writes to have none. */
  readonly #files = new Map<number, WriteGate>()

  /** Settles as `work` does, which writes so many bytes, each part of them by `part`. */
  run(bytes: number, work: () => Promise<void>): Promise<void> {
    return this.#torrent.run(bytes, work)
  }

  /** Settles as `work` does, which writes so many bytes to one file. */
  async part(file: number, bytes: number, work: () => Promise<void>): Promise<void> {
    const gate = this.#files.get(file) ?? new WriteGate(mostOfFile)
    this.#files.set(file, gate)
    await gate.run(bytes, work).finally(() => {
      if (gate.isIdle) this.#files.delete(file)
    })
  }
}
