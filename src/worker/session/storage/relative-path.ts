import { RestTorrentError } from '../../../protocol/errors.ts'

const maxPartBytes = 255

/**
 * The parts of a path relative to a save path. Names were made safe when the torrent was added; this is the
 * second line: it throws `invalid_path` for anything that could lead elsewhere than below the save path.
 */
export function relativeParts(path: string): [...folders: string[], name: string] {
  const folders = path.split('/')
  for (const part of folders) {
    if (part === '' || part === '.' || part === '..' || part.includes('\0')) throw invalid(path)
    if (Buffer.byteLength(part) > maxPartBytes) throw invalid(path)
  }
  const name = folders.pop()
  if (name === undefined) throw invalid(path)
  return [...folders, name]
}

/** The folders a path lies in, relative to the save path and outermost first; empty for a file right in it. */
export function foldersOf(path: string): string[] {
  const folders = relativeParts(path).slice(0, -1)
  return folders.map((_, index) => folders.slice(0, index + 1).join('/'))
}

function invalid(path: string): RestTorrentError {
  return new RestTorrentError('invalid_path', `not a path below the save path: ${JSON.stringify(path)}`)
}
