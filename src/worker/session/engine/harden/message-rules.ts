/** Which messages of a peer (BEP 3, 5, 6, 10) may reach the engine: those of the right length, in range. */

/** What a torrent's pieces are, once its metadata is known. */
export interface PieceFacts {
  readonly pieceCount: number
  readonly pieceLength: number
  /** Of all pieces together. */
  readonly length: number
}

/** The messages by their numbers. */
export const message = {
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  haveAll: 14,
  haveNone: 15,
  extended: 20,
} as const

/** Of a request (BEP 3): its length, its number, the piece, the offset in it and the length of the block. */
export const requestLength = 17

/** The longest block that a peer may ask for or send. */
export const longestBlock = 128 * 1024
/** No torrent has more pieces. */
const mostPieces = 262_144

/** Whether a message, its number first, keeps the rules; one of an unknown number does. */
export function isSoundMessage(bytes: Uint8Array, facts: PieceFacts | undefined): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (bytes[0]) {
    case 0:
    case 1:
    case 2:
    case 3:
    case message.haveAll:
    case message.haveNone:
      return bytes.length === 1
    case 4:
    case 13:
    case 17:
      return bytes.length === 5 && isPiece(view.getUint32(1), facts)
    case message.bitfield:
      return isBitfield(bytes.subarray(1), facts)
    case message.request:
    case message.cancel:
    case 16:
      return bytes.length === 13 && isBlock(view.getUint32(1), view.getUint32(5), view.getUint32(9), facts)
    case message.piece:
      return bytes.length > 9 && isBlock(view.getUint32(1), view.getUint32(5), bytes.length - 9, facts)
    case 9:
      return bytes.length === 3
    case message.extended:
      return bytes.length >= 2
    default:
      return true
  }
}

/** The piece that a message of a peer's pieces names; undefined for any other message. */
export function namedPiece(bytes: Uint8Array): number | undefined {
  if (![4, 13, 17].includes(bytes[0] ?? 0) || bytes.length !== 5) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, 5).getUint32(1)
}

/** Whether there can be a piece of this number. */
export function isPiece(piece: number, facts: PieceFacts | undefined): boolean {
  return piece < (facts?.pieceCount ?? mostPieces)
}

/** Whether a bitfield has the right length and says nothing of pieces that do not exist. */
export function isBitfield(bytes: Uint8Array, facts: PieceFacts | undefined): boolean {
  if (!facts) return bytes.length <= mostPieces / 8
  if (bytes.length !== Math.ceil(facts.pieceCount / 8)) return false
  const spare = bytes.length * 8 - facts.pieceCount
  return ((bytes.at(-1) ?? 0) & ((1 << spare) - 1)) === 0
}

/** Whether a peer may ask for these bytes of a piece, or send them. */
export function isBlock(
  piece: number,
  offset: number,
  length: number,
  facts: PieceFacts | undefined,
): boolean {
  if (length === 0 || length > longestBlock || !isPiece(piece, facts)) return false
  if (!facts) return true
  return offset + length <= Math.min(facts.pieceLength, facts.length - piece * facts.pieceLength)
}
