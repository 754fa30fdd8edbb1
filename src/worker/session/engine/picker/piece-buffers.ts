/** Buffers kept for the next piece; memory that is always new costs more than what is done with it. */
const mostSpareBytes = 32 * 1024 * 1024

/** Buffers of one length, used again and again. */
export class PieceBuffers {
  readonly #length: number
  readonly #spare: Uint8Array[] = []

  constructor(length: number) {
    this.#length = length
  }

  /** A buffer of that length or, for the last piece, a shorter one; what it holds is undefined. */
  take(length: number): Uint8Array {
    const spare = length === this.#length ? this.#spare.pop() : undefined
    return spare ?? Buffer.allocUnsafeSlow(length)
  }

  /** Nobody reads this buffer any more. */
  give(bytes: Uint8Array): void {
    if (bytes.length !== this.#length || (this.#spare.length + 1) * this.#length > mostSpareBytes) return
    this.#spare.push(bytes)
  }
}
