/** Finds files in an info dictionary. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { isPlayable } from '../../protocol/media-type.ts'
import type { FileQuery, FoundFile, PlayableFile } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { isOnDisk } from '../session/storage/layout.ts'

/** See `FoundFile`. Throws `not_found` where there is no such file on disk, else as `parseInfo`. */
export function findFile({ rawInfo, index }: FileQuery): FoundFile {
  const file = parseInfo(rawInfo).files[index]
  if (file === undefined || !isOnDisk(file))
    throw new RestTorrentError('not_found', `the torrent has no file ${index}`)
  const { safePath: path, offset, length } = file
  return { path, name: file.path.at(-1) ?? '', offset, length }
}

const order = new Intl.Collator('en', { numeric: true })

/** The files that are for a player, in natural order. Throws as `parseInfo`. */
export function playableFilesOf(rawInfo: Uint8Array): PlayableFile[] {
  return parseInfo(rawInfo)
    .files.filter((file) => isOnDisk(file) && isPlayable(file.path.at(-1) ?? ''))
    .map(({ index, path }) => ({ index, path: path.join('/') }))
    .sort((one, other) => order.compare(one.path, other.path))
}
