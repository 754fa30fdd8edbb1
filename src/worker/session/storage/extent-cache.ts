/**
 * What the torrents of one session have read ahead for their peers: at most `maxBytes` in memory, the extent
 * not asked for since longest goes first.
 */
import { largeBuffers } from '../lent-buffers.ts'

interface Extent {
  size: number
  /** Once it is loaded. */
  bytes: Uint8Array | undefined
  content: Promise<Uint8Array>
}

export class ExtentCache {
  readonly #maxBytes: number
  /** Least recently used first. */
  readonly #extents = new Map<string, Extent>()
  #bytes = 0
  /** Bytes of loads under way, also of extents that were dropped meanwhile. */
  #loading = 0

  constructor(maxBytes = 16 * 1024 * 1024) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * The extent of a key, or undefined; it may still be loading, and rejects as its load does. Its bytes are to be
   * copied in the turn in which they come: then they may be used for something else.
   */
  get(key: string): Promise<Uint8Array> | undefined {
    const extent = this.#extents.get(key)
    if (!extent) return undefined
    this.#extents.delete(key)
    this.#extents.set(key, extent)
    return extent.content
  }

  /** Loads an extent and keeps it; undefined, and nothing loaded, while too much is being loaded. */
  load(key: string, size: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> | undefined {
    if (this.#loading + size > this.#maxBytes / 2) return undefined
    this.drop(key)
    this.#loading += size
    const extent: Extent = {
      size,
      bytes: undefined,
      content: read().finally(() => (this.#loading -= size)),
    }
    extent.content.then(
      (bytes) => (extent.bytes = bytes),
      () => {
        if (this.#extents.get(key) === extent) this.drop(key)
      },
    )
    this.#extents.set(key, extent)
    this.#bytes += size
    this.#shrink()
    return extent.content
  }

  /** Forgets an extent; who waits for its load still gets it. */
  drop(key: string): void {
    const extent = this.#extents.get(key)
    if (!extent) return
    this.#extents.delete(key)
    this.#bytes -= extent.size
    const { bytes } = extent
    // those who asked before have copied what they want by then, as long as they copy as soon as they have it
    if (bytes) setImmediate(() => largeBuffers.giveBack(bytes))
  }

  /** Forgets every extent whose key starts so. */
  dropAll(prefix: string): void {
    for (const key of [...this.#extents.keys()]) if (key.startsWith(prefix)) this.drop(key)
  }

  #shrink(): void {
    for (const key of this.#extents.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.drop(key)
    }
  }
}
