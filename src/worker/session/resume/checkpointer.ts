/**
 * A torrent's checkpoints: the bits as they are, then a sync of what was written, then bits and identities
 * together to main. A bit is told only after its data was synced.
 */
import type { TorrentCounters } from '../../../protocol/counters.ts'
import type { FileIdentity, TorrentCheckpoint } from '../../../protocol/records.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import { hasBit } from '../../../protocol/progress.ts'
import type { PieceBits } from '../piece-bits.ts'
import type { Identity } from '../storage/identity.ts'
import type { DiskPieceStore } from '../storage/disk-piece-store.ts'
import { filesWith } from './file-pieces.ts'
import { isStill } from './file-watch.ts'

/** Written bytes after which a checkpoint does not wait for its time. */
export const bytesBetween = 64 * 1024 * 1024

export interface Checkpointed {
  readonly info: TorrentInfo
  readonly bits: PieceBits
  /** Absent where nothing is on disk: then only the counters are told. */
  readonly store: Pick<DiskPieceStore, 'sync' | 'unsyncedBytes'> | undefined
  readonly identities: ReadonlyMap<number, Identity>
  /** What main has of it already: it is not told again. */
  readonly told?: TorrentCheckpoint | undefined
  readonly counters: () => TorrentCounters
  readonly post: (checkpoint: TorrentCheckpoint) => void
}

export class Checkpointer {
  readonly #torrent: Checkpointed
  readonly #identities: Map<number, FileIdentity>
  /** One after the other, so that none tells less than the one before. */
  #last: Promise<unknown> = Promise.resolve()
  #running = 0
  #told: string

  constructor(torrent: Checkpointed) {
    this.#torrent = torrent
    this.#identities = new Map(
      Array.from(torrent.identities, ([index, identity]) => [index, { index, ...identity }]),
    )
    const { told, bits } = torrent
    const isTold = told !== undefined && isOf(told, bits, this.#identities)
    this.#told = isTold ? stateOf(told, bits.bytes) : ''
  }

  /** The files as they were when they were last synced, or else at the opening. */
  get known(): ReadonlyMap<number, FileIdentity> {
    return this.#identities
  }

  /** Whether so much was written that a checkpoint is due at once. */
  get isOverdue(): boolean {
    const unsynced = this.#torrent.store?.unsyncedBytes ?? 0
    return this.#running === 0 && unsynced >= bytesBetween
  }

  /**
   * Makes one if anything changed; `closing`: no file is written any more. Gives the indices of the files that
   * were written since the one before. Rejects with a disk code.
   */
  async run(closing = false): Promise<readonly number[]> {
    this.#running += 1
    const run = this.#last
      .then(() => this.#make(closing))
      .finally(() => {
        this.#running -= 1
      })
    this.#last = run.catch(() => []) // its own caller hears of it
    return await run
  }

  async #make(closing: boolean): Promise<readonly number[]> {
    const { bits, store, counters, post } = this.#torrent
    if (store === undefined) {
      const checkpoint = { bits: undefined, files: [], openForWriting: [], counters: counters() }
      if (this.#isNews(checkpoint, 0)) post(checkpoint)
      return []
    }
    // both before the sync: what is verified while it runs is told by the next one
    const proved = bits.copy()
    const { bytes } = bits
    const { files } = await store.sync()
    for (const { index, size, mtimeNs, ino } of files)
      this.#identities.set(index, { index, size, mtimeNs, ino })
    const checkpoint: TorrentCheckpoint = {
      bits: proved,
      files: [...this.#identities.values()],
      openForWriting: closing ? [] : this.#incomplete(proved),
      counters: counters(),
    }
    if (this.#isNews(checkpoint, bytes) || files.length > 0) post(checkpoint)
    return files.map(({ index }) => index)
  }

  /** Files that a running torrent may write to at any time. */
  #incomplete(proved: Uint8Array): number[] {
    return filesWith(this.#torrent.info, (piece) => !hasBit(proved, piece))
  }

  #isNews(checkpoint: TorrentCheckpoint, bytes: number): boolean {
    const now = stateOf(checkpoint, bytes)
    if (now === this.#told) return false
    this.#told = now
    return true
  }
}

/** What differs between two checkpoints of one opening; `bytes`: of the pieces that are there. */
function stateOf({ openForWriting, counters }: TorrentCheckpoint, bytes: number): string {
  const { downloaded, uploaded, finishedAt } = counters
  return `${bytes} ${openForWriting.length} ${downloaded} ${uploaded} ${finishedAt}`
}

/** Whether it tells of exactly these pieces, in exactly these files. */
function isOf(
  { bits: told, files }: TorrentCheckpoint,
  bits: PieceBits,
  identities: ReadonlyMap<number, FileIdentity>,
): boolean {
  if (told === undefined || Buffer.compare(told, bits.copy()) !== 0) return false
  return (
    files.length === identities.size &&
    files.every((file) => isStill(file, identities.get(file.index), false))
  )
}
