/**
 * A torrent's checkpoints: the bits as they are, then a sync of what was written, then bits and identities
 * together to main. A bit is told only after its data was synced.
 */
import type { FileIdentity, TorrentCheckpoint, TorrentCounters } from '../../../protocol/records.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { PieceBits } from '../piece-bits.ts'
import type { Identity } from '../storage/identity.ts'
import type { DiskPieceStore } from '../storage/disk-piece-store.ts'
import { filesWith } from './file-pieces.ts'

/** Written bytes after which a checkpoint does not wait for its time. */
export const bytesBetween = 64 * 1024 * 1024

export interface Checkpointed {
  readonly info: TorrentInfo
  readonly bits: PieceBits
  readonly store: DiskPieceStore
  readonly identities: ReadonlyMap<number, Identity>
  readonly counters: () => TorrentCounters
  readonly post: (checkpoint: TorrentCheckpoint) => void
}

export class Checkpointer {
  readonly #torrent: Checkpointed
  readonly #identities: Map<number, FileIdentity>
  #running: Promise<void> | undefined
  #told = ''

  constructor(torrent: Checkpointed) {
    this.#torrent = torrent
    this.#identities = new Map(
      Array.from(torrent.identities, ([index, identity]) => [index, { index, ...identity }]),
    )
  }

  /** Whether so much was written that a checkpoint is due at once. */
  get isOverdue(): boolean {
    return this.#running === undefined && this.#torrent.store.unsyncedBytes >= bytesBetween
  }

  /** Makes one if anything changed; `closing`: no file is written any more. Rejects with a disk code. */
  async run(closing = false): Promise<void> {
    await this.#running?.catch(() => undefined) // its own caller hears of it
    this.#running = this.#make(closing).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #make(closing: boolean): Promise<void> {
    const { info, bits, store, counters, post } = this.#torrent
    const proved = bits.copy()
    const isMissing = (piece: number): boolean => ((proved[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) === 0
    const { files } = await store.sync()
    for (const { index, size, mtimeNs, ino } of files)
      this.#identities.set(index, { index, size, mtimeNs, ino })
    const checkpoint: TorrentCheckpoint = {
      bits: proved,
      files: [...this.#identities.values()],
      openForWriting: closing
        ? []
        : filesWith(info, isMissing) /* a running torrent may write to them at any time */,
      counters: counters(),
    }
    if (!this.#isNews(checkpoint, closing)) return
    post(checkpoint)
  }

  #isNews({ counters }: TorrentCheckpoint, closing: boolean): boolean {
    const { bits } = this.#torrent
    const state = `${bits.bytes} ${counters.downloaded} ${counters.uploaded} ${closing}`
    if (state === this.#told) return false
    this.#told = state
    return true
  }
}
