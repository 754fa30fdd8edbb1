import { RestTorrentError } from '../../../protocol/errors.ts'
import type { PieceStore } from './piece-store.ts'

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

/** Throws `invalid_parameter` unless so many bytes are whole pieces from `index` on. */
export function checkWhole(
  store: Pick<PieceStore, 'pieceLength' | 'pieceSize'>,
  index: number,
  length: number,
): void {
  const last = index + Math.ceil(length / store.pieceLength) - 1
  const size = store.pieceSize(last)
  if (length > 0 && store.pieceSize(index) > 0 && size > 0)
    if (length === (last - index) * store.pieceLength + size) return
  throw new RestTorrentError('invalid_parameter', `${length} bytes are no whole pieces from ${index} on`)
}
