import { hasBit } from '../../../../protocol/progress.ts'

/** Which pieces somebody has: one bit each, most significant first as in a bitfield message, or simply all. */
export class PieceSet {
  readonly pieceCount: number
  #bits: Uint8Array | undefined
  #size = 0

  private constructor(pieceCount: number, bits: Uint8Array | undefined) {
    this.pieceCount = pieceCount
    this.#bits = bits
  }

  /** Every piece, at no cost per piece. */
  static all(pieceCount: number): PieceSet {
    return new PieceSet(pieceCount, undefined)
  }

  /** The pieces of a bitfield; bits past the last piece are left out, missing bytes count as zeros. */
  static of(pieceCount: number, bitfield: Uint8Array = new Uint8Array()): PieceSet {
    const bits = new Uint8Array(Math.ceil(pieceCount / 8))
    bits.set(bitfield.subarray(0, bits.length))
    const spare = bits.length * 8 - pieceCount
    if (spare > 0) bits[bits.length - 1] = (bits.at(-1) ?? 0) & (0xff << spare)
    let size = 0
    for (const byte of bits) size += ones(byte)
    if (size === pieceCount) return PieceSet.all(pieceCount)
    const set = new PieceSet(pieceCount, bits)
    set.#size = size
    return set
  }

  get isAll(): boolean {
    return this.#bits === undefined
  }

  get size(): number {
    return this.#bits === undefined ? this.pieceCount : this.#size
  }

  has(piece: number): boolean {
    const bits = this.#bits
    if (bits === undefined) return piece < this.pieceCount
    return piece < this.pieceCount && hasBit(bits, piece)
  }

  /** False when it was there already, or is no piece at all. */
  add(piece: number): boolean {
    const bits = this.#bits
    if (bits === undefined || piece < 0 || piece >= this.pieceCount || this.has(piece)) return false
    bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7))
    this.#size += 1
    return true
  }

  /** False when it was not there. */
  delete(piece: number): boolean {
    if (piece < 0 || !this.has(piece)) return false
    const bits = this.#bits ?? new Uint8Array(Math.ceil(this.pieceCount / 8)).fill(0xff)
    this.#size = this.size - 1
    this.#bits = bits
    bits[piece >> 3] = (bits[piece >> 3] ?? 0) & ~(0x80 >> (piece & 7))
    return true
  }

  /** Calls `visit` with every piece of it, in order. */
  each(visit: (piece: number) => void): void {
    for (let piece = 0; piece < this.pieceCount; piece += 1) if (this.has(piece)) visit(piece)
  }
}

function ones(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1
  return count
}
