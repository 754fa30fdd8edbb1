/**
 * What the torrents of one session have read ahead for their peers: at most `maxBytes` in memory. Where all of
 * it is in use nothing more is read ahead: what takes the place of another before that was used is read twice.
 */
import { extentBuffers, largeBuffers } from '../lent-buffers.ts'
import type { Borrow } from './piece-store.ts'

/** Nobody has asked for it for so long: who had it read ahead has left, or asks elsewhere. */
const idleMs = 10_000

interface Borrower {
  readonly from: number
  readonly to: number
  readonly borrow: Borrow
}

/** Bytes that are being read, or that were. */
export class Extent {
  readonly bytes: Uint8Array
  isLoaded = false
  /** It is kept no longer; who waits for it still gets it. */
  isDropped = false
  #usedAt = performance.now()
  readonly #memory: Uint8Array
  #waiting: Borrower[] = []

  constructor(size: number) {
    this.#memory = size > largeBuffers.length ? extentBuffers.take() : largeBuffers.take()
    this.bytes = this.#memory.subarray(0, size)
  }

  /** What it takes of memory. */
  get weight(): number {
    return this.#memory.length
  }

  /** Milliseconds, as `performance.now`. */
  get usedAt(): number {
    return this.#usedAt
  }

  /** Lends some of its bytes, now or when they are there. */
  lend(from: number, to: number, borrow: Borrow): void {
    this.#usedAt = performance.now()
    if (this.isLoaded) borrow(null, this.bytes.subarray(from, to))
    else this.#waiting.push({ from, to, borrow })
  }

  /** They are there, or cannot be read. */
  settle(error: unknown): void {
    this.isLoaded = error === null
    const waiting = this.#waiting
    this.#waiting = []
    for (const { from, to, borrow } of waiting)
      borrow(error, this.isLoaded ? this.bytes.subarray(from, to) : undefined)
  }

  /** Nobody asks for it any more; not within the turn, for who was just lent it may have led to this. */
  giveBack(): void {
    setImmediate(() => {
      extentBuffers.giveBack(this.#memory)
      largeBuffers.giveBack(this.#memory)
    })
  }
}

export class ExtentCache {
  readonly #maxBytes: number
  readonly #extents = new Map<string, Extent>()
  #bytes = 0
  /** Of loads under way, also of extents that were dropped meanwhile. */
  #loading = 0

  constructor(maxBytes = 16 * 1024 * 1024) {
    this.#maxBytes = maxBytes
  }

  /** What is kept, by the memory it takes. */
  get bytes(): number {
    return this.#bytes
  }

  /** The extent of a key, or undefined. */
  get(key: string): Extent | undefined {
    return this.#extents.get(key)
  }

  /** Loads an extent of at most 1 MiB and keeps it; undefined, and nothing loaded, where there is no room. */
  load(key: string, size: number, read: (into: Uint8Array) => Promise<void>): Extent | undefined {
    this.drop(key)
    this.#dropIdle()
    const extent = new Extent(size)
    const { weight } = extent
    if (this.#bytes + weight > this.#maxBytes || this.#loading + weight > this.#maxBytes / 2) {
      extent.giveBack()
      return undefined
    }
    this.#extents.set(key, extent)
    this.#bytes += weight
    this.#loading += weight
    const settle = (error: unknown): void => {
      this.#loading -= weight
      if (error !== null && this.#extents.get(key) === extent) this.drop(key)
      extent.settle(error)
      if (extent.isDropped) extent.giveBack()
    }
    read(extent.bytes).then(() => settle(null), settle)
    return extent
  }

  /** Forgets an extent; who waits for its load still gets it. */
  drop(key: string): void {
    const extent = this.#extents.get(key)
    if (!extent) return
    this.#extents.delete(key)
    this.#bytes -= extent.weight
    extent.isDropped = true
    if (extent.isLoaded) extent.giveBack()
  }

  /** Forgets every extent whose key starts so. */
  dropAll(prefix: string): void {
    for (const key of [...this.#extents.keys()]) if (key.startsWith(prefix)) this.drop(key)
  }

  #dropIdle(): void {
    const now = performance.now()
    for (const [key, { usedAt }] of this.#extents) if (now - usedAt > idleMs) this.drop(key)
  }
}
