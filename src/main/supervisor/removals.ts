/**
 * Has the workers of one session carry out its removals: when they are asked for, in every new generation,
 * and, where files could not be deleted, again after a while. The records keep a removal until it is done.
 */
import { toWireError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import { deletesFiles, type Removal } from '../records/removal.ts'
import type { SessionRecords } from '../records/session-records.ts'

/** How many times the first wait the longest one is. */
export const longestWait = 20

export interface Sweeper {
  /** Deletes what a move has made or left of a torrent beside its place, once that move has ended. */
  sweep: (
    session: { readonly id: string; readonly records: SessionRecords },
    record: TorrentRecord,
    removal: Removal,
  ) => Promise<void>
}

export interface RemovalSurroundings {
  readonly records: SessionRecords
  readonly files: FileOwnership
  /** How long the first wait after a failure is; each is twice the one before. */
  readonly retryMs: number
  readonly relocation: Sweeper
  /** Calls the worker; nothing happens where there is none. */
  readonly send: (what: string, run: (api: SessionApi) => Promise<void>) => void
}

export class Removals {
  readonly #near: RemovalSurroundings
  readonly #waiting = new Set<NodeJS.Timeout>()

  constructor(near: RemovalSurroundings) {
    this.#near = near
  }

  /** Asks the worker for the first time. */
  carryOut(removal: Removal): void {
    this.#ask(removal, this.#near.retryMs)
  }

  /** Asks a new generation for all that is left. */
  replay(): void {
    for (const removal of this.#near.records.removals) this.carryOut(removal)
  }

  /** The worker ended: only files that are to be deleted are still in somebody's way. */
  rest(): void {
    for (const timer of this.#waiting) clearTimeout(timer)
    this.#waiting.clear()
    const { records, files } = this.#near
    for (const { id, deleteData } of records.removals) if (!deleteData) files.release(id)
  }

  #ask(removal: Removal, waitMs: number): void {
    const { files, records, relocation, send } = this.#near
    send('remove torrent', async (api) => {
      try {
        const spared = removal.deleteData ? await files.spared(removal.id) : []
        await api.removeTorrent(removal.record, { deleteData: removal.deleteData, spared })
        await relocation.sweep({ id: records.session.id, records }, removal.record, removal)
      } catch (error) {
        if (toWireError(error).code !== 'session_gone') this.#failed(removal, waitMs)
        throw error
      }
      this.#finish(removal)
    })
  }

  /** What was only to be closed is closed whatever else went wrong. */
  #failed(removal: Removal, waitMs: number): void {
    if (!deletesFiles(removal)) return this.#finish(removal)
    if (!removal.deleteData) this.#near.files.release(removal.id) // what it keeps is in nobody's way
    const timer = setTimeout(() => {
      this.#waiting.delete(timer)
      this.#ask(removal, Math.min(waitMs * 2, longestWait * this.#near.retryMs))
    }, waitMs)
    this.#waiting.add(timer)
  }

  #finish(removal: Removal): void {
    this.#near.records.finishRemoval(removal)
    this.#near.files.release(removal.id)
  }
}
