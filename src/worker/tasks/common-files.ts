/** Finds the files that two torrents would both have on disk. */
import { join, sep } from 'node:path'
import type { FileComparison, FileSet } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { pathsIn } from './placed-files.ts'

/**
 * Paths of the files of `mine`, below its folder, that `other` has too, also where one of them has a folder
 * in the place of the other's file. Throws as `parseInfo`.
 */
export function commonFiles({ mine, other, except }: FileComparison): string[] {
  const left = new Set(fullPathsOf({ ...mine, places: except ? [except] : [] }))
  const theirs = new Set(fullPathsOf(other))
  const folders = new Set([...theirs].flatMap(foldersOf))
  const isCommon = (full: string): boolean =>
    theirs.has(full) || folders.has(full) || foldersOf(full).some((folder) => theirs.has(folder))
  const info = parseInfo(mine.rawInfo)
  return mine.places.flatMap((place) =>
    pathsIn(info, place).filter((path) => {
      const full = join(place.saveFolder, path)
      return !left.has(full) && isCommon(full)
    }),
  )
}

function fullPathsOf({ rawInfo, places }: FileSet): string[] {
  if (places.length === 0) return []
  const info = parseInfo(rawInfo)
  return places.flatMap((place) => pathsIn(info, place).map((path) => join(place.saveFolder, path)))
}

/** Every folder that a path lies in. */
function foldersOf(path: string): string[] {
  const folders: string[] = []
  for (let at = path.lastIndexOf(sep); at > 0; at = path.lastIndexOf(sep, at - 1))
    folders.push(path.slice(0, at))
  return folders
}
