/** Has pieces of a torrent hashed from disk, in requests small enough that sessions take turns. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { CheckPlaces } from './check-places.ts'
import type { HashClient } from './hash-client.ts'
import type { PieceBits } from './piece-bits.ts'
import { settleAll } from './storage/settle-all.ts'

/** Bytes that are hashed by one request; a stop is obeyed between two. */
const bytesPerRequest = 32 * 1024 * 1024
/** Requests of one torrent that are under way; how many are hashed at once, the pool decides. */
const requestsAtOnce = 4
/** So few bytes are hashed by one request: more would take longer than the hashing. */
const bytesOfSmall = 4 * 1024 * 1024
const hashLength = 20

export interface PieceHashing {
  readonly info: TorrentInfo
  readonly saveFolder: string
  readonly hashes: HashClient
  readonly checks: CheckPlaces
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
 * Sets the bit of every piece of the ranges that matches. `onProgress` is called with undefined while there is
 * no place for it or the first request waits for its turn in the pool, and then with 0…1. Gives whether there was
 * anything to hash.
 */
export async function hashRanges(
  hashing: PieceHashing,
  ranges: readonly PieceRange[],
  bits: PieceBits,
  onProgress: (progress: number | undefined) => void,
): Promise<boolean> {
  const total = ranges.reduce((sum, [first, end]) => sum + end - first, 0)
  if (total === 0) return false
  let done = 0
  const hash = async ([first, end]: PieceRange): Promise<void> => {
    const matches = await hashPieces(hashing, first, end - first)
    matches.forEach((match, index) => {
      if (match === 1) bits.set(first + index)
    })
    done += end - first
    onProgress(done / total)
  }
  const { pieceLength } = hashing.info
  const most = Math.max(1, Math.floor(bytesPerRequest / pieceLength))
  const requests = requestsFor(ranges, total * pieceLength <= bytesOfSmall ? most : 1, most)
  const lane = async (): Promise<void> => {
    for (const request of requests) await hash(request)
  }
  onProgress(undefined)
  await hashing.checks.run(hashing.signal, async () => {
    const { value: one } = requests.next()
    if (one) await hash(one)
    await settleAll(Array.from({ length: requestsAtOnce }, lane))
  })
  return true
}

/** The pieces of each request; the first one, with fewer, tells that our turn has come. */
function* requestsFor(
  ranges: readonly PieceRange[],
  firstCount: number,
  step: number,
): Generator<PieceRange, undefined> {
  let count = firstCount
  for (const [first, end] of ranges)
    for (let piece = first; piece < end; count = step) {
      const next = Math.min(end, piece + count)
      yield [piece, next]
      piece = next
    }
}
