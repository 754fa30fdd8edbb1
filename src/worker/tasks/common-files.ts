/** Finds the files that two torrents would both have on disk. */
import { join, sep } from 'node:path'
import type { FileComparison, FileSet } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { isOnDisk } from '../session/storage/layout.ts'

/**
 * Paths of the files of `mine`, below its folder, that `other` has too, also where one of them has a folder
 * in the place of the other's file. Throws as `parseInfo`.
 */
export function commonFiles({ mine, other }: FileComparison): string[] {
  const theirs = new Set(pathsOf(other).map((path) => join(other.saveFolder, path)))
  const folders = new Set([...theirs].flatMap(foldersOf))
  return pathsOf(mine).filter((path) => {
    const full = join(mine.saveFolder, path)
    return theirs.has(full) || folders.has(full) || foldersOf(full).some((folder) => theirs.has(folder))
  })
}

function pathsOf({ rawInfo }: FileSet): string[] {
  const { files } = parseInfo(rawInfo)
  return files.filter(isOnDisk).map(({ safePath }) => safePath)
}

/** Every folder that a path lies in. */
function foldersOf(path: string): string[] {
  const folders: string[] = []
  for (let at = path.lastIndexOf(sep); at > 0; at = path.lastIndexOf(sep, at - 1))
    folders.push(path.slice(0, at))
  return folders
}
