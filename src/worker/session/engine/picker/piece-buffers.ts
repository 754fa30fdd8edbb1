/**
 * Memory for pieces while they come in, used again by all torrents of the thread: memory that is always new
 * costs more than what is done with it, and has V8 look through its heap again and again.
 */

/** What is kept at most; as much as the torrents of a busy session hold at a time. */
const mostSpareBytes = 64 * 1024 * 1024
/** What nobody needed for so long is freed. */
const unusedMs = 10_000

/** Buffers that are used again, by their length. */
export class PieceBuffers {
  readonly #spare = new Map<number, Buffer[]>()
  #spareBytes = 0
  /** The least that was spare since the timer ran last: nobody needed that. */
  #unused = 0
  #timer: NodeJS.Timeout | undefined

  get spareBytes(): number {
    return this.#spareBytes
  }

  /** A buffer of that length, which other threads can be shown; what it holds is undefined. */
  take(length: number): Buffer {
    const bytes = this.#spare.get(length)?.pop()
    if (bytes === undefined) return Buffer.from(new SharedArrayBuffer(length))
    this.#spareBytes -= length
    this.#unused = Math.min(this.#unused, this.#spareBytes)
    return bytes
  }

  /** Nobody reads this buffer any more. */
  give(bytes: Buffer): void {
    const { length } = bytes
    if (this.#spareBytes + length > mostSpareBytes) return
    const alike = this.#spare.get(length)
    if (alike) alike.push(bytes)
    else this.#spare.set(length, [bytes])
    this.#spareBytes += length
    this.#timer ??= setInterval(() => this.freeUnused(), unusedMs).unref()
  }

  /** Frees what was not needed since this was done last. */
  freeUnused(): void {
    let surplus = this.#unused
    for (const [length, alike] of this.#spare) {
      const count = Math.min(alike.length, Math.ceil(surplus / length))
      alike.splice(0, count) // those used last are at the end
      surplus -= count * length
      this.#spareBytes -= count * length
      if (alike.length === 0) this.#spare.delete(length)
      if (surplus <= 0) break
    }
    this.#unused = this.#spareBytes
    if (this.#spareBytes > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** Those of this thread. */
export const pieceBuffers = new PieceBuffers()
