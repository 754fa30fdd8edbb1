/** Finds out which pieces of a torrent are on disk already, by hashing what is there. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { PieceBits } from './piece-bits.ts'
import { hashRanges, type PieceHashing, type PieceRange } from './piece-hashing.ts'
import { piecesOf } from './resume/file-pieces.ts'
import type { Identities } from './resume/identify-files.ts'
import type { SessionDisk } from './storage/session-disk.ts'
import { isOnDisk } from './storage/layout.ts'

export interface FileCheck extends PieceHashing {
  readonly disk: SessionDisk
  /** Called with undefined while it waits for its turn, then with 0…1; never when there is nothing to hash. */
  readonly onProgress: (progress: number | undefined) => void
}

/**
 * Sets the bit of every piece whose bytes on disk match; `identities` are the files that there are. Gives
 * whether there was anything to hash. Rejects with the signal's reason when aborted.
 */
export async function checkFiles(
  check: FileCheck,
  bits: PieceBits,
  identities: Identities,
): Promise<boolean> {
  return await hashRanges(check, rangesOnDisk(check.info, identities), bits, check.onProgress)
}

/** Runs of pieces that touch a file with bytes on disk, in order and disjoint. */
function rangesOnDisk(info: TorrentInfo, identities: Identities): PieceRange[] {
  const ranges: PieceRange[] = []
  info.files.filter(isOnDisk).forEach(({ index, offset, length }) => {
    const size = Math.min(identities.get(index)?.size ?? 0, length)
    if (size === 0) return
    const [first, end] = piecesOf(info, { offset, length: size })
    const last = ranges.at(-1)
    if (last !== undefined && first <= last[1]) ranges[ranges.length - 1] = [last[0], Math.max(last[1], end)]
    else ranges.push([first, end])
  })
  return ranges
}
