/**
 * The pieces of one torrent on disk, in modes `sparse` and `allocate`: reads go through the session's
 * read-ahead, writes are noted until the next sync. It owns no descriptor and no memory of its own.
 */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { Layout } from './layout.ts'
import { checkWhole, rangeRefusal } from './piece-range.ts'
import type { Borrow, PieceStore, SyncedFile } from './piece-store.ts'
import { ReadAhead } from './read-ahead.ts'
import { TorrentFiles, type TorrentFilesOptions } from './torrent-files.ts'
import { TouchedFiles } from './touched-files.ts'

export class DiskPieceStore implements PieceStore {
  readonly pieceLength: number
  readonly #layout: Layout
  readonly #files: TorrentFiles
  readonly #touched: TouchedFiles
  readonly #ahead: ReadAhead
  readonly #underWay = new Set<Promise<unknown>>()
  #closed = false

  constructor(options: TorrentFilesOptions) {
    const { disk, root, layout } = options
    this.pieceLength = layout.pieceLength
    this.#layout = layout
    this.#touched = new TouchedFiles(disk, root, layout)
    this.#files = new TorrentFiles(options, this.#touched)
    this.#ahead = new ReadAhead(disk.extents, (position, into) =>
      this.#track(() => this.#files.read(position, into)),
    )
  }

  /** Every file written through this store, by index: what a checkpoint names as open for writing. */
  get written(): ReadonlySet<number> {
    return this.#touched.written
  }

  /** Bytes written since the last sync began. */
  get unsyncedBytes(): number {
    return this.#touched.bytes
  }

  /** Has the next sync take these files in, by index: somebody before wrote to them, and does no more. */
  alsoSync(files: Iterable<number>): void {
    for (const file of files) this.#touched.include(file)
  }

  pieceSize(index: number): number {
    return this.#layout.pieceSize(index)
  }

  /** Makes the files that have no bytes; call it when the torrent is opened for writing. */
  createEmptyFiles(): Promise<void> {
    return this.#track(() => this.#files.createEmpty())
  }

  /** As PieceStore.lend; `files_changed` when a file is missing or shorter than the range. */
  lend(index: number, offset: number, length: number, borrow: Borrow): void {
    const size = this.pieceSize(index)
    const refusal = this.#closed ? closed() : rangeRefusal(index, size, offset, length)
    if (refusal) return borrow(refusal)
    const piece = index * this.pieceLength
    this.#ahead.lend(piece + offset, length, piece, size, borrow)
  }

  /** As PieceStore.write; rejects with a disk code, and may have written some of the bytes then. */
  write(index: number, bytes: Uint8Array): Promise<void> {
    return this.#track(async () => {
      checkWhole(this, index, bytes.length)
      this.#forget(index, bytes.length)
      try {
        await this.#files.write(index * this.pieceLength, bytes)
      } finally {
        this.#forget(index, bytes.length)
      }
    })
  }

  /**
   * As PieceStore.sync, also after `close`: the files written since the last sync, by index. After a failure
   * it rejects for ever, with the same error.
   */
  async sync(): Promise<{ files: SyncedFile[] }> {
    try {
      return { files: await this.#touched.sync() }
    } finally {
      if (this.#closed) await this.#files.release()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#underWay)
    this.#ahead.forgetAll()
    await this.#files.release()
  }

  /** What was read ahead of the pieces that these bytes are. */
  #forget(first: number, length: number): void {
    const end = first + Math.ceil(length / this.pieceLength)
    for (let index = first; index < end; index += 1)
      this.#ahead.forget(index * this.pieceLength, this.pieceSize(index))
  }

  async #track<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw closed()
    const run = work()
    this.#underWay.add(run)
    try {
      return await run
    } finally {
      this.#underWay.delete(run)
    }
  }
}

function closed(): RestTorrentError {
  return new RestTorrentError('disk_failed', 'the storage of the torrent is closed')
}
