/** Has pieces of a torrent hashed from disk, in requests small enough that sessions take turns. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { HashClient } from './hash-client.ts'
import type { PieceBits } from './piece-bits.ts'

/** Bytes that are hashed by one request; a stop is obeyed between two. */
const bytesPerRequest = 32 * 1024 * 1024
const hashLength = 20

export interface PieceHashing {
  readonly info: TorrentInfo
  readonly saveFolder: string
  readonly hashes: HashClient
  readonly signal: AbortSignal
}

/** A run of pieces, end excluded. */
export type PieceRange = readonly [first: number, end: number]

/** One byte a piece, 1 where it matches. Rejects with the signal's reason when aborted. */
export async function hashPieces(
  { info, saveFolder, hashes, signal }: PieceHashing,
  first: number,
  count: number,
): Promise<Uint8Array> {
  const from = first * info.pieceLength
  const to = (first + count) * info.pieceLength
  const files = info.files
    .filter(({ offset, length, symlink }) => !symlink && offset < to && offset + length > from)
    .map(({ safePath, offset, length, padding }) => ({ path: safePath, offset, length, padding }))
  const expected = info.pieces.slice(first * hashLength, (first + count) * hashLength)
  const { pieceLength, length: totalLength } = info
  return await hashes.hash(
    { saveFolder, files, pieceLength, firstPiece: first, expected, totalLength },
    signal,
  )
}

/**
 * Sets the bit of every piece of the ranges that matches. `onProgress` is called with undefined while the
 * first piece waits for its turn in the pool, and then with 0…1. Gives whether there was anything to hash.
 */
export async function hashRanges(
  hashing: PieceHashing,
  ranges: readonly PieceRange[],
  bits: PieceBits,
  onProgress: (progress: number | undefined) => void,
): Promise<boolean> {
  const total = ranges.reduce((sum, [first, end]) => sum + end - first, 0)
  const step = Math.max(1, Math.floor(bytesPerRequest / hashing.info.pieceLength))
  let done = 0
  for (const [first, end] of ranges) {
    for (let piece = first; piece < end;) {
      onProgress(done === 0 ? undefined : done / total)
      const count = Math.min(done === 0 ? 1 : step, end - piece) // one piece tells that our turn has come
      const start = piece
      const matches = await hashPieces(hashing, start, count)
      matches.forEach((match, index) => {
        if (match === 1) bits.set(start + index)
      })
      piece += count
      done += count
    }
  }
  return total > 0
}
