/**
 * Which pieces are on disk and hash as they should: one bit each, most significant first, in memory that
 * main shares, so that a crash of this thread loses none.
 */
import { hasBit } from '../../protocol/progress.ts'

export class PieceBits {
  readonly shared: SharedArrayBuffer
  readonly #bytes: Uint8Array
  readonly #pieceCount: number
  readonly #pieceLength: number
  readonly #totalLength: number
  #have = 0
  #haveBytes = 0

  /** Over `shared` where a generation before has left one, else all unset. */
  constructor(
    shape: { pieceCount: number; pieceLength: number; length: number },
    shared?: SharedArrayBuffer,
  ) {
    this.#pieceCount = shape.pieceCount
    this.#pieceLength = shape.pieceLength
    this.#totalLength = shape.length
    const size = Math.ceil(shape.pieceCount / 8)
    this.shared = shared?.byteLength === size ? shared : new SharedArrayBuffer(size)
    this.#bytes = new Uint8Array(this.shared)
    for (let index = 0; index < shape.pieceCount; index += 1) if (this.has(index)) this.#count(index)
  }

  /** With the bits of `bytes`, in memory of its own. */
  static copyOf(
    shape: { pieceCount: number; pieceLength: number; length: number },
    bytes: Uint8Array | undefined,
  ): PieceBits {
    const shared = new SharedArrayBuffer(bytes?.length ?? 0)
    if (bytes !== undefined) new Uint8Array(shared).set(bytes)
    return new PieceBits(shape, shared)
  }

  /** Those of `bits` but for some pieces, in memory of its own. */
  static without(
    shape: { pieceCount: number; pieceLength: number; length: number },
    bits: PieceBits,
    pieces: ReadonlySet<number>,
  ): PieceBits {
    const kept = new PieceBits(shape)
    for (let piece = 0; piece < shape.pieceCount; piece += 1)
      if (bits.has(piece) && !pieces.has(piece)) kept.set(piece)
    return kept
  }

  get isComplete(): boolean {
    return this.#have === this.#pieceCount
  }

  get isEmpty(): boolean {
    return this.#have === 0
  }

  /** Bytes of the pieces that are there. */
  get bytes(): number {
    return this.#haveBytes
  }

  has(index: number): boolean {
    return hasBit(this.#bytes, index)
  }

  set(index: number): void {
    if (this.has(index) || index >= this.#pieceCount) return
    Atomics.or(this.#bytes, index >> 3, 0x80 >> (index & 7))
    this.#count(index)
  }

  /** A copy of the bits as they are now. */
  copy(): Uint8Array {
    return this.#bytes.slice()
  }

  #count(index: number): void {
    const start = index * this.#pieceLength
    this.#have += 1
    this.#haveBytes += Math.min(this.#pieceLength, this.#totalLength - start)
  }
}
