/**
 * Reading ahead for one torrent: a peer asks for a piece block by block; the second block in a row reads the
 * rest of its extent with it, and what follows comes from memory. A lone block stays a lone read, so that a
 * peer who asks for blocks here and there cannot make the disk read more than it gets.
 */
import { blockBuffers, largeBuffers } from '../lent-buffers.ts'
import type { ExtentCache } from './extent-cache.ts'

/** Larger than any block a peer may ask for, small enough that many peers fit in the cache. */
const extentLength = largeBuffers.length
const maxExpected = 256

type Read = (position: number, length: number) => Promise<Uint8Array>

let owners = 0

export class ReadAhead {
  readonly #cache: ExtentCache
  readonly #read: Read
  readonly #prefix = `${owners++}/`
  /** Where a block begins that would continue one asked before; oldest first. */
  readonly #expected = new Set<number>()

  constructor(cache: ExtentCache, read: Read) {
    this.#cache = cache
    this.#read = read
  }

  /** The bytes of a block of the piece that lies at `piece` and is `pieceSize` long; the caller owns them. */
  async block(position: number, length: number, piece: number, pieceSize: number): Promise<Uint8Array> {
    const start = position - ((position - piece) % extentLength)
    const size = Math.min(extentLength, piece + pieceSize - start)
    const inSequence = this.#continues(position, length)
    if (position + length > start + size || length === size) return await this.#read(position, length)
    const key = this.#prefix + String(start)
    const extent =
      this.#cache.get(key) ??
      (inSequence ? this.#cache.load(key, size, () => this.#read(start, size)) : undefined)
    if (!extent) return await this.#read(position, length)
    // A copy: a view would keep the whole extent in memory for as long as a slow peer holds the block.
    const bytes = await extent
    const block = length === blockBuffers.length ? blockBuffers.take() : Buffer.allocUnsafeSlow(length)
    block.set(bytes.subarray(position - start, position - start + length))
    return block
  }

  /** Forgets what was read of a piece, also by reads under way; called after its bytes changed. */
  forget(piece: number, pieceSize: number): void {
    for (let start = piece; start < piece + pieceSize; start += extentLength)
      this.#cache.drop(this.#prefix + String(start))
  }

  forgetAll(): void {
    this.#expected.clear()
    this.#cache.dropAll(this.#prefix)
  }

  #continues(position: number, length: number): boolean {
    const known = this.#expected.delete(position)
    this.#expected.add(position + length)
    if (this.#expected.size > maxExpected)
      for (const oldest of this.#expected) {
        this.#expected.delete(oldest)
        break
      }
    return known
  }
}
