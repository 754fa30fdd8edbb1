/** The names of a torrent's files: which they are, and what they become. */
import type { TorrentFile } from '../../protocol/metainfo-files.ts'
import type { FileList, FileListing, NameChange } from '../../protocol/tasks.ts'
import { parseInfo, type TorrentInfo } from '../../protocol/torrent-info.ts'
import type { RenamedFile } from '../../protocol/torrent-place-form.ts'
import { renamePath, withNames } from '../../protocol/torrent-place.ts'
import { hasBit } from '../../protocol/progress.ts'
import { piecesOf } from '../session/resume/file-pieces.ts'

/** See `NameChange`; throws as `renamePath`. */
export function changeNamesOf({ rawInfo, renamed, path, newPath }: NameChange): RenamedFile[] {
  return renamePath(parseInfo(rawInfo), renamed, path, newPath)
}

/** See `FileListing`. */
export function listFilesOf({ rawInfo, renamed, bits, offset, limit }: FileListing): FileList {
  const info = withNames(parseInfo(rawInfo), renamed)
  const part = info.files.slice(offset, offset + limit).filter(({ padding }) => !padding)
  const files = part.map((file) => {
    const { index, safePath: path, length } = file
    return { index, path, length, have: bytesThere(info, file, bits) }
  })
  return { num_files: info.files.length, files }
}

function bytesThere(info: TorrentInfo, file: TorrentFile, bits: Uint8Array): number {
  const { offset, length } = file
  const [first, end] = piecesOf(info, file)
  let bytes = 0
  for (let piece = first; piece < end; piece += 1) {
    if (!hasBit(bits, piece)) continue
    const start = Math.max(offset, piece * info.pieceLength)
    bytes += Math.min(offset + length, (piece + 1) * info.pieceLength) - start
  }
  return bytes
}
