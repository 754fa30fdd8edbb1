/** Copies pieces of a torrent to a second place: each is hashed on its way, and synced there. */
import { hash } from 'node:crypto'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FileIdentity } from '../../protocol/records.ts'
import type { FilePlace, PieceCopying } from '../../protocol/tasks.ts'
import { parseInfo, type TorrentInfo } from '../../protocol/torrent-info.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import { hasBit } from '../../protocol/progress.ts'
import { DiskPieceStore } from '../session/storage/disk-piece-store.ts'
import { FileOperations } from '../session/storage/file-operations.ts'
import { identify } from '../session/storage/identity.ts'
import { readPiece } from '../session/storage/piece-store.ts'
import { SessionDisk } from '../session/storage/session-disk.ts'
import type { TorrentFilesOptions } from '../session/storage/torrent-files.ts'
import { layoutOf } from '../session/torrent-store.ts'
import { filesIn } from './placed-files.ts'

const hashLength = 20
/** Of one task. */
const maxOpenFiles = 16

/**
 * Gives the files that it wrote to, as they were synced. Rejects with `files_changed` for a piece that does not
 * hash as it should and for a target that is gone, or with another disk code.
 */
export async function copyPiecesOf(copying: PieceCopying): Promise<FileIdentity[]> {
  const info = parseInfo(copying.rawInfo)
  const disk = new SessionDisk({ maxOpenFiles })
  const source = storeAt(info, copying.from, disk, { createRoot: false })
  const existing = new Set(copying.existing)
  const { mountPoint } = copying.to
  const target = storeAt(info, copying.to, disk, { existing, createRoot: existing.size === 0, mountPoint })
  try {
    await target.createEmptyFiles()
    for (let piece = copying.firstPiece; piece < copying.endPiece; piece += 1)
      if (hasBit(copying.bits, piece)) await copy(info, piece, source, target)
    const { files } = await target.sync()
    return files.map(({ index, size, mtimeNs, ino }) => ({ index, size, mtimeNs, ino }))
  } finally {
    await Promise.all([source.close(), target.close()])
    await disk.close()
  }
}

/** The files that there are in a place. Rejects with a disk code. */
export async function identifyFilesOf(rawInfo: Uint8Array, place: FilePlace): Promise<FileIdentity[]> {
  const files = filesIn(parseInfo(rawInfo), place)
  const paths = files.map(({ safePath }) => safePath)
  const found = await identify(new FileOperations(), place.saveFolder, paths)
  return files.flatMap(({ index }, at) => {
    const identity = found[at]
    return identity === undefined ? [] : [{ index, ...identity }]
  })
}

async function copy(
  info: TorrentInfo,
  piece: number,
  source: DiskPieceStore,
  target: DiskPieceStore,
): Promise<void> {
  const bytes = await readPiece(source, piece, 0, source.pieceSize(piece))
  const expected = info.pieces.subarray(piece * hashLength, (piece + 1) * hashLength)
  if (!hash('sha1', bytes, 'buffer').equals(expected))
    throw new RestTorrentError('files_changed', `piece ${piece} is not what it was`)
  await target.write(piece, bytes)
}

function storeAt(
  info: TorrentInfo,
  place: FilePlace,
  disk: SessionDisk,
  options: Pick<TorrentFilesOptions, 'existing' | 'createRoot' | 'mountPoint'>,
): DiskPieceStore {
  const layout = layoutOf(withNames(info, place.renamed))
  return new DiskPieceStore({ disk, root: place.saveFolder, layout, ...options })
}
