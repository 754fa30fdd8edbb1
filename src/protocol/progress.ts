/** A share of 0…1 with six digits, never rounded up to a 1 that is not true. */
export function floorShare(share: number): number {
  return Math.floor(share * 1e6) / 1e6
}

/** How much of a torrent the bits say is there, 0…1; most significant bit first. */
export function progressOf(
  bits: Uint8Array,
  { totalSize, pieceLength, pieceCount }: { totalSize: number; pieceLength: number; pieceCount: number },
): number {
  if (totalSize === 0 || pieceCount === 0) return 0
  let pieces = 0
  for (let byte of bits) for (; byte > 0; byte &= byte - 1) pieces += 1
  const last = pieceCount - 1
  const missingOfLast = hasBit(bits, last) ? pieceCount * pieceLength - totalSize : 0
  return floorShare((pieces * pieceLength - missingOfLast) / totalSize)
}

/** Whether the bit of a piece is set, most significant first (BEP 3); false beyond the end. */
export function hasBit(bits: Uint8Array, piece: number): boolean {
  return ((bits[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0
}

/** The bits of a torrent of which every piece is there. */
export function fullBits(pieceCount: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff)
  if (pieceCount % 8 !== 0) bits.set([(0xff00 >> (pieceCount % 8)) & 0xff], bits.length - 1)
  return bits
}
