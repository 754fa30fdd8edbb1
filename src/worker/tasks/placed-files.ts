/** The files of a torrent as they lie in a place. */
import type { FilePlace } from '../../protocol/tasks.ts'
import type { TorrentFile } from '../../protocol/metainfo-files.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import { isOnDisk } from '../session/storage/layout.ts'

/** Those that are on disk, with their paths below the folder of the place. */
export function filesIn(info: TorrentInfo, { renamed }: FilePlace): TorrentFile[] {
  return withNames(info, renamed).files.filter(isOnDisk)
}

/** Their paths alone. */
export function pathsIn(info: TorrentInfo, place: FilePlace): string[] {
  return filesIn(info, place).map(({ safePath }) => safePath)
}
