/**
 * Reading ahead for one torrent: a peer asks for a piece block by block; the second block in a row reads the
 * rest of its extent with it, and what follows comes from memory. A lone block stays a lone read, so that a
 * peer who asks for blocks here and there cannot make the disk read more than it gets. An extent is forgotten
 * with its last block: the next peer finds it in the page cache.
 */
import { blockBuffers, extentBuffers, largeBuffers } from '../lent-buffers.ts'
import type { Extent, ExtentCache } from './extent-cache.ts'
import type { Borrow } from './piece-store.ts'

/** The first extent of a piece, and its end where the next begins: who came so far mostly wants all of it. */
const firstLength = largeBuffers.length
const extentLength = extentBuffers.length
const maxExpected = 256

/** Fills `into` with the bytes from `position` on. */
type Read = (position: number, into: Uint8Array) => Promise<void>

/** A part of the torrent that is read at once. */
interface Range {
  readonly start: number
  readonly end: number
}

interface Place extends Range {
  readonly key: string
  readonly extent: Extent
}

let owners = 0

export class ReadAhead {
  readonly #cache: ExtentCache
  readonly #read: Read
  readonly #prefix = `${owners++}/`
  /** Where a block begins that would continue one asked before; oldest first. */
  readonly #expected = new Set<number>()
  /** Where the last block was found: the next one mostly is, too. */
  #last: Place | undefined

  constructor(cache: ExtentCache, read: Read) {
    this.#cache = cache
    this.#read = read
  }

  /** Lends a block of the piece that lies at `piece` and is `pieceSize` long. */
  lend(position: number, length: number, piece: number, pieceSize: number, borrow: Borrow): void {
    const place = this.#known(position, length) ?? this.#find(position, length, piece, pieceSize)
    if (place === undefined) {
      this.#lendAlone(position, length, borrow)
      return
    }
    const { extent, start, end } = place
    const from = position - start
    const to = from + length
    if (start + to === end) {
      this.#expect(end)
      this.#cache.drop(place.key)
    }
    extent.lend(from, to, borrow)
  }

  /** Forgets what was read of a piece, also by reads under way; called before and after its bytes change. */
  forget(piece: number, pieceSize: number): void {
    for (let at = piece; at < piece + pieceSize; at = extentAt(at, piece, pieceSize).end)
      this.#cache.drop(this.#keyOf(at))
  }

  forgetAll(): void {
    this.#expected.clear()
    this.#cache.dropAll(this.#prefix)
  }

  #known(position: number, length: number): Place | undefined {
    const last = this.#last
    if (last === undefined || last.extent.isDropped) return undefined
    return position >= last.start && position + length <= last.end ? last : undefined
  }

  #find(position: number, length: number, piece: number, pieceSize: number): Place | undefined {
    const { start, end } = extentAt(position, piece, pieceSize)
    const inSequence = this.#expected.delete(position)
    this.#expect(position + length)
    if (position + length > end || length === end - start) return undefined
    const key = this.#keyOf(start)
    const extent = this.#cache.get(key) ?? (inSequence ? this.#load(key, start, end) : undefined)
    this.#last = extent && { start, end, key, extent }
    return this.#last
  }

  #load(key: string, start: number, end: number): Extent | undefined {
    return this.#cache.load(key, end - start, (into) => this.#read(start, into))
  }

  #lendAlone(position: number, length: number, borrow: Borrow): void {
    const bytes = length === blockBuffers.length ? blockBuffers.take() : Buffer.allocUnsafeSlow(length)
    void this.#read(position, bytes)
      .then(() => borrow(null, bytes), borrow)
      .finally(() => blockBuffers.giveBack(bytes))
  }

  #keyOf(start: number): string {
    return this.#prefix + String(start)
  }

  #expect(position: number): void {
    this.#expected.add(position)
    if (this.#expected.size <= maxExpected) return
    for (const oldest of this.#expected) {
      this.#expected.delete(oldest)
      return
    }
  }
}

function extentAt(position: number, piece: number, pieceSize: number): Range {
  const offset = position - piece
  const row = offset - (offset % extentLength)
  const [from, to] = offset < firstLength ? [0, firstLength] : [row || firstLength, row + extentLength]
  return { start: piece + from, end: piece + Math.min(pieceSize, to) }
}
