import { basename, dirname } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'
import { withFolder, type Folder } from './folder.ts'
import { foldersOf, relativeParts } from './relative-path.ts'

/** What was removed, relative to the save path. */
export interface Removed {
  files: string[]
  folders: string[]
}

const walk = { create: false, createRoot: false }
/** A folder that is not empty or not there, or a mount point or link in its place, simply stays. */
const notRemovable = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'])
const missing = new Set(['files_changed', 'path_outside_root'])

/**
 * Unlinks exactly the given files below a save path but those that `keep` says another torrent owns, then
 * removes the folders they lay in that are empty, never the save path itself. What is missing, is no regular
 * file or lies behind a symbolic link is left as it is. A file that cannot be unlinked does not stop the
 * rest; the first such failure is thrown at the end.
 */
export async function deleteFiles(
  operations: FileOperations,
  root: string,
  paths: readonly string[],
  keep: (path: string) => boolean,
): Promise<Removed> {
  const removed: Removed = { files: [], folders: [] }
  const failures: unknown[] = []
  const attempt = async (path: string, into: string[], remove: typeof unlinkFile) => {
    try {
      if (await inParent(operations, root, path, remove)) into.push(path)
    } catch (error) {
      failures.push(error)
    }
  }
  for (const path of paths) if (!keep(path)) await attempt(path, removed.files, unlinkFile)
  for (const path of deepestFirst(paths)) await attempt(path, removed.folders, removeFolder)
  if (failures.length > 0) throw failures[0]
  return removed
}

/**
 * Removes a save path that is the torrent's own, being named by its info hash, once it is empty. Rejects with a
 * disk code.
 */
export async function removeOwnFolder(
  operations: FileOperations,
  root: string,
  infoHash: string,
): Promise<void> {
  if (basename(root) === infoHash) await inParent(operations, dirname(root), infoHash, removeFolder)
}

type Remove = (operations: FileOperations, folder: Folder, name: string, path: string) => Promise<boolean>

async function inParent(
  operations: FileOperations,
  root: string,
  path: string,
  remove: Remove,
): Promise<boolean> {
  const parts = relativeParts(path)
  const name = parts.at(-1) ?? path
  try {
    return await withFolder(operations, root, parts.slice(0, -1), walk, (folder) =>
      remove(operations, folder, name, path),
    )
  } catch (error) {
    if (error instanceof RestTorrentError && missing.has(error.code)) return false
    throw error
  }
}

async function unlinkFile(
  operations: FileOperations,
  folder: Folder,
  name: string,
  path: string,
): Promise<boolean> {
  try {
    if (!(await operations.lstat(folder.at(name))).isFile()) return false
    await operations.unlink(folder.at(name))
    return true
  } catch (error) {
    throw diskError(error, 'delete', path)
  }
}

async function removeFolder(
  operations: FileOperations,
  folder: Folder,
  name: string,
  path: string,
): Promise<boolean> {
  try {
    await operations.rmdir(folder.at(name))
    return true
  } catch (error) {
    if (notRemovable.has(errnoOf(error) ?? '')) return false
    throw diskError(error, 'remove folder', path)
  }
}

function deepestFirst(paths: readonly string[]): string[] {
  const folders = [...new Set(paths.flatMap(foldersOf))]
  return folders.sort((one, other) => other.split('/').length - one.split('/').length)
}
