import { RestTorrentError } from '../../../protocol/errors.ts'

/** `invalid_parameter` unless the range lies in a piece of that size; peers may ask for anything. */
export function rangeRefusal(
  index: number,
  pieceSize: number,
  offset: number,
  length: number,
): RestTorrentError | undefined {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length)
  if (whole && pieceSize > 0 && offset >= 0 && length >= 0 && offset + length <= pieceSize) return undefined
  return new RestTorrentError('invalid_parameter', `no bytes ${offset}+${length} in piece ${index}`)
}

/** Throws `invalid_parameter` unless that many bytes are the whole of a piece of that size. */
export function checkWhole(index: number, pieceSize: number, length: number): void {
  if (pieceSize > 0 && length === pieceSize) return
  throw new RestTorrentError('invalid_parameter', `${length} bytes are not the whole of piece ${index}`)
}
