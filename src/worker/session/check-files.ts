/** Finds out which pieces of a torrent are on disk already, by hashing what is there. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { HashClient } from './hash-client.ts'
import type { PieceBits } from './piece-bits.ts'
import { identify } from './storage/identity.ts'
import type { SessionDisk } from './storage/session-disk.ts'

/** Bytes that are hashed by one request, so that sessions take turns and a stop is soon obeyed. */
const bytesPerRequest = 32 * 1024 * 1024
const hashLength = 20

export interface FileCheck {
  readonly disk: SessionDisk
  readonly saveFolder: string
  readonly info: TorrentInfo
  readonly bits: PieceBits
  readonly hashes: HashClient
  readonly signal: AbortSignal
  /** Called with 0…1 when hashing begins and goes on; never when there was nothing to hash. */
  readonly onProgress: (progress: number) => void
}

/** Sets the bit of every piece whose bytes on disk match. Rejects with the signal's reason when aborted. */
export async function checkFiles(check: FileCheck): Promise<void> {
  const { info, signal } = check
  const ranges = await rangesOnDisk(check)
  const total = ranges.reduce((sum, [first, end]) => sum + end - first, 0)
  let done = 0
  const step = Math.max(1, Math.floor(bytesPerRequest / info.pieceLength))
  for (const [first, end] of ranges) {
    for (let piece = first; piece < end; piece += step) {
      check.onProgress(done / total)
      const count = Math.min(step, end - piece)
      await hashRange(check, piece, count)
      signal.throwIfAborted()
      done += count
    }
  }
}

async function hashRange(
  { info, saveFolder, bits, hashes, signal }: FileCheck,
  first: number,
  count: number,
): Promise<void> {
  const from = first * info.pieceLength
  const to = (first + count) * info.pieceLength
  const matches = await hashes.hash(
    {
      saveFolder,
      files: info.files
        .filter(({ offset, length, symlink }) => !symlink && offset < to && offset + length > from)
        .map(({ safePath, offset, length, padding }) => ({ path: safePath, offset, length, padding })),
      pieceLength: info.pieceLength,
      firstPiece: first,
      expected: info.pieces.slice(first * hashLength, (first + count) * hashLength),
      totalLength: info.length,
    },
    signal,
  )
  matches.forEach((match, index) => {
    if (match === 1) bits.set(first + index)
  })
}

/** Runs of pieces that touch a file with bytes on disk, in order and disjoint, end excluded. */
async function rangesOnDisk({ disk, saveFolder, info }: FileCheck): Promise<[number, number][]> {
  const onDisk = info.files.filter(({ padding, symlink, length }) => !padding && !symlink && length > 0)
  const identities = await identify(
    disk.operations,
    saveFolder,
    onDisk.map(({ safePath }) => safePath),
  )
  const ranges: [number, number][] = []
  onDisk.forEach(({ offset, length }, index) => {
    const size = identities[index]?.size ?? 0
    if (size === 0) return
    const first = Math.floor(offset / info.pieceLength)
    const end = Math.ceil((offset + Math.min(size, length)) / info.pieceLength)
    const last = ranges.at(-1)
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end)
    else ranges.push([first, end])
  })
  return ranges
}
