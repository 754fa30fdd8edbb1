/**
 * Deletes the files that a session left which was deleted before its worker had carried out all removals, and what
 * moves of its torrents had copied. Main does it by the task pool, again after a while where it fails, and over
 * restarts: the store keeps the removal until it is done.
 */
import { setTimeout } from 'node:timers/promises'
import { toWireError } from '../../protocol/errors.ts'
import { placeOf } from '../../protocol/torrent-place.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { Log } from '../log.ts'
import { deletesFiles, type Removal } from '../records/removal.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { longestWait, type Sweeper } from './removals.ts'

export interface LeftoverSurroundings {
  readonly files: FileOwnership
  readonly relocation: Sweeper
  readonly tasks: Pick<TaskPool, 'deleteData'>
  readonly log: Log
  /** How long the first wait after a failure is; each is twice the one before. */
  readonly retryMs: number
}

const heldReason =
  'the worker of a deleted session waits for a disk: it keeps its port, and the files it was to delete, until the disk answers or RestTorrent is restarted'

export class Leftovers {
  readonly #near: LeftoverSurroundings
  readonly #stopping = new AbortController()

  constructor(near: LeftoverSurroundings) {
    this.#near = near
  }

  /** Takes over from a session that has no worker any more: its files are others', or are deleted now. */
  take(records: SessionRecords): void {
    const { files } = this.#near
    files.releaseSession(records.session.id)
    for (const removal of records.removals) {
      if (!removal.deleteData) files.release(removal.id)
      if (!deletesFiles(removal)) continue
      if (!removal.deleteData) files.holdElsewhere(records.session.id, removal.record, removal.id)
      void this.#carryOut(records, removal)
    }
  }

  /** Takes over from a session whose thread a disk holds, once that has ended: it may still touch its files. */
  takeAfter(exited: Promise<unknown>, records: SessionRecords): void {
    const { id, ports } = records.session
    this.#near.log.error({ session: id, port: ports[0] }, heldReason)
    void exited.then(() => this.take(records))
  }

  /** Begins nothing more; what is left is for the next process. */
  stop(): void {
    this.#stopping.abort()
  }

  async #carryOut(records: SessionRecords, removal: Removal): Promise<void> {
    const { files, log, retryMs } = this.#near
    const { signal } = this.#stopping
    let waitMs = retryMs
    while (!signal.aborted) {
      try {
        await this.#near.relocation.sweep({ id: records.session.id, records }, removal.record, removal)
        if (removal.deleteData) await this.#delete(removal)
        records.finishRemoval(removal)
        files.release(removal.id)
        return
      } catch (error) {
        const { code, message } = toWireError(error)
        log.warn({ session: records.session.id, code }, `delete files of a deleted session: ${message}`)
      }
      await setTimeout(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
      waitMs = Math.min(waitMs * 2, longestWait * retryMs)
    }
  }

  async #delete({ id, record }: Removal): Promise<void> {
    const { source, storageMode } = record
    if (storageMode === 'memory' || source.rawInfo === undefined) return
    const spared = await this.#near.files.spared(id)
    await this.#near.tasks.deleteData({ place: placeOf(record), rawInfo: source.rawInfo, spared })
  }
}
