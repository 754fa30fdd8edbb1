import { RestTorrentError } from '../../../protocol/errors.ts'
import { checkWhole, rangeRefusal } from './piece-range.ts'
import type { Borrow, PieceStore, SyncedFile } from './piece-store.ts'

/** Bytes that torrents may keep in memory together; the operator bounds them, not a torrent. */
export class MemoryBudget {
  readonly #max: number
  #used = 0

  constructor(max: number) {
    this.#max = max
  }

  get used(): number {
    return this.#used
  }

  /** Throws `insufficient_space` when there is no room for that many bytes more. */
  take(bytes: number): void {
    if (this.#used + bytes > this.#max)
      throw new RestTorrentError('insufficient_space', `no room in memory for ${bytes} bytes more`)
    this.#used += bytes
  }

  give(bytes: number): void {
    this.#used -= bytes
  }
}

/** Mode `memory`: whole pieces in RAM, gone when the store is closed. */
export class MemoryPieceStore implements PieceStore {
  readonly pieceLength: number
  readonly #length: number
  readonly #budget: MemoryBudget
  readonly #pieces = new Map<number, Uint8Array>()
  #closed = false

  constructor(shape: { length: number; pieceLength: number }, budget: MemoryBudget) {
    this.pieceLength = shape.pieceLength
    this.#length = shape.length
    this.#budget = budget
  }

  pieceSize(index: number): number {
    const left = this.#length - index * this.pieceLength
    return Number.isSafeInteger(index) && index >= 0 && left > 0 ? Math.min(this.pieceLength, left) : 0
  }

  /** As PieceStore.lend, always in this turn; `files_changed` for a piece that is not held. */
  lend(index: number, offset: number, length: number, borrow: Borrow): void {
    const refusal = rangeRefusal(index, this.pieceSize(index), offset, length)
    if (refusal) return borrow(refusal)
    const piece = this.#pieces.get(index)
    if (piece) borrow(null, piece.subarray(offset, offset + length))
    else borrow(new RestTorrentError('files_changed', `piece ${index} is not in memory`))
  }

  /** As PieceStore.write; `insufficient_space` when the budget is used up. */
  async write(index: number, bytes: Uint8Array): Promise<void> {
    await Promise.resolve()
    if (this.#closed) throw new RestTorrentError('disk_failed', 'the storage of the torrent is closed')
    checkWhole(this, index, bytes.length)
    for (let at = 0, piece = index; at < bytes.length; at += this.pieceLength, piece += 1)
      this.#keep(piece, new Uint8Array(bytes.subarray(at, at + this.pieceLength)))
  }

  sync(): Promise<{ files: SyncedFile[] }> {
    return Promise.resolve({ files: [] })
  }

  #keep(piece: number, bytes: Uint8Array): void {
    if (!this.#pieces.has(piece)) this.#budget.take(bytes.length)
    this.#pieces.set(piece, bytes)
  }

  async close(): Promise<void> {
    await Promise.resolve()
    this.#closed = true
    for (const piece of this.#pieces.values()) this.#budget.give(piece.length)
    this.#pieces.clear()
  }
}
