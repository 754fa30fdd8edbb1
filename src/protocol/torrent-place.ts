/** Where the files of a torrent lie: below which folder, and under which names. */
import { RestTorrentError } from './errors.ts'
import { foldName, safeName } from './file-names.ts'
import type { TorrentFile } from './metainfo-files.ts'
import { refuseClashes } from './safe-paths.ts'
import type { TorrentInfo } from './torrent-info.ts'
import type { RenamedFile, TorrentPlace } from './torrent-place-form.ts'

const maxDepth = 32

/** The place alone, of what holds more. */
export function placeOf({ saveFolder, savePath, renamed, mountPoint }: TorrentPlace): TorrentPlace {
  return {
    saveFolder,
    savePath,
    ...(renamed && renamed.length > 0 ? { renamed } : {}),
    ...(mountPoint === undefined ? {} : { mountPoint }),
  }
}

/** Whether files lie the same in both. */
export function isSamePlace(one: TorrentPlace, other: TorrentPlace): boolean {
  return one.saveFolder === other.saveFolder && namesOf(one) === namesOf(other)
}

/** The torrent with its files where they are stored. Throws `invalid_metainfo` for names that no torrent can have. */
export function withNames(info: TorrentInfo, renamed: readonly RenamedFile[] = []): TorrentInfo {
  if (renamed.length === 0) return info
  const paths = new Map(renamed.map(({ index, path }) => [index, path]))
  const files = info.files.map((file) => {
    const path = file.padding ? undefined : paths.get(file.index)
    return path === undefined ? file : { ...file, safePath: path }
  })
  refuseUnsafe(files)
  return { ...info, files }
}

/**
 * All renamed files of the torrent once a file of it, or a folder, has another path; both are below the save
 * path. Throws `not_found` where nothing has the path, `invalid_path` for one that a file cannot have, and
 * `file_exists` where another file of the torrent has it.
 */
export function renamePath(
  info: TorrentInfo,
  renamed: readonly RenamedFile[] | undefined,
  path: string,
  newPath: string,
): RenamedFile[] {
  if (!isSafe(newPath)) throw new RestTorrentError('invalid_path', 'new_path cannot be the path of a file')
  const named = withNames(info, renamed).files
  const files = named.map((file) => ({ ...file, safePath: movedPath(file, path, newPath) }))
  if (!named.flatMap(onePath).some((one) => one === path || one.startsWith(`${path}/`)))
    throw new RestTorrentError('not_found', 'the torrent has no file or folder of this path')
  try {
    refuseUnsafe(files)
  } catch (error) {
    throw new RestTorrentError('file_exists', 'another file of the torrent has that path', { cause: error })
  }
  refuseNesting(named, files)
  return files.flatMap(({ index, safePath }) =>
    safePath === info.files[index]?.safePath ? [] : [{ index, path: safePath }],
  )
}

function movedPath({ safePath, padding }: TorrentFile, path: string, newPath: string): string {
  if (padding) return safePath
  if (safePath === path) return newPath
  return safePath.startsWith(`${path}/`) ? newPath + safePath.slice(path.length) : safePath
}

/** For a while a file has both names: neither may be the folder of any other. */
function refuseNesting(before: readonly TorrentFile[], after: readonly TorrentFile[]): void {
  const [olds, news] = [new Set(before.flatMap(onePath)), new Set(after.flatMap(onePath))]
  const isBelow = (path: string, files: ReadonlySet<string>): boolean =>
    foldersOf(path).some((folder) => files.has(folder))
  if ([...news].some((path) => isBelow(path, olds)) || [...olds].some((path) => isBelow(path, news)))
    throw new RestTorrentError('invalid_path', 'new_path leads into a file, or takes the place of a folder')
}

function onePath({ safePath, padding }: TorrentFile): string[] {
  return padding ? [] : [safePath]
}

function foldersOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

function refuseUnsafe(files: readonly TorrentFile[]): void {
  const paths = files.flatMap(onePath)
  if (!paths.every(isSafe))
    throw new RestTorrentError('invalid_metainfo', 'a file has a name that is not safe')
  refuseClashes(paths.map((path) => path.split('/').map((text) => ({ text, identity: foldName(text) }))))
}

/** Whether each part is a name as files of torrents are stored under. */
function isSafe(path: string): boolean {
  const parts = path.split('/')
  return (
    parts.length <= maxDepth + 1 &&
    parts.every((part) => part !== '' && part.isWellFormed() && safeName(part) === part)
  )
}

function namesOf({ renamed = [] }: TorrentPlace): string {
  return JSON.stringify(renamed.map(({ index, path }) => [index, path]))
}
