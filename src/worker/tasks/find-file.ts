/** Finds one file in an info dictionary. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FileQuery, FoundFile } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import { isOnDisk } from '../session/storage/layout.ts'

/** See `FoundFile`. Throws `not_found` where there is no such file on disk, else as `parseInfo`. */
export function findFile({ rawInfo, renamed, index }: FileQuery): FoundFile {
  const file = withNames(parseInfo(rawInfo), renamed).files[index]
  if (file === undefined || !isOnDisk(file))
    throw new RestTorrentError('not_found', `the torrent has no file ${index}`)
  const { safePath: path, offset, length } = file
  return { path, name: file.path.at(-1) ?? '', offset, length }
}
