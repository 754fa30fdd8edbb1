/**
 * Reaching a folder below a save path without ever following a symbolic link that was planted on the way:
 * each part is opened inside the one before it, with O_DIRECTORY and O_NOFOLLOW. Node has no openat; on
 * Linux `/proc/self/fd/N/name` is one. The race that is left: a folder that is moved elsewhere by somebody
 * with the right to do so while it is open stays the one that is used. Without /proc the parts above the
 * last are looked up by name again, so there somebody who swaps a folder for a link between two steps can
 * still lead us out.
 */
import { constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'

const descriptors = process.platform === 'linux' && existsSync('/proc/self/fd') ? '/proc/self/fd' : undefined
const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** An open folder; `at` gives the path under which one of its entries is operated on while it is open. */
export interface Folder {
  fd: number
  at: (name: string) => string
}

export interface FolderOptions {
  /** Make the folders below the root that are missing. */
  create: boolean
  /** Make the root itself; never for a torrent that had data there: its disk may just not be mounted. */
  createRoot: boolean
}

/**
 * Opens the folder that `parts` lead to below `root` (absolute and resolved), runs `work` with it and closes
 * it. Rejects with `path_outside_root` for a symbolic link on the way and `files_changed` for what is missing
 * or no folder.
 */
export async function withFolder<Result>(
  operations: FileOperations,
  root: string,
  parts: readonly string[],
  options: FolderOptions,
  work: (folder: Folder) => Promise<Result>,
): Promise<Result> {
  let path = root
  const closings: Promise<void>[] = []
  // beside what follows; a failing close has freed the descriptor all the same
  const leave = ({ fd }: Folder): void => void closings.push(operations.close(fd).catch(() => undefined))
  let folder = await openRoot(operations, root, options.createRoot)
  try {
    for (const [depth, part] of parts.entries()) {
      const outer = folder
      path = join(path, part)
      const fd = await enter(operations, outer.at(part), parts.slice(0, depth + 1).join('/'), options.create)
      folder = folderOf(fd, path)
      leave(outer)
    }
    return await work(folder)
  } finally {
    leave(folder)
    await Promise.all(closings)
  }
}

async function openRoot(operations: FileOperations, root: string, create: boolean): Promise<Folder> {
  try {
    return folderOf(await operations.open(root, flags), root)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, 'open', 'the save path')
    if (!create)
      throw new RestTorrentError('files_changed', 'the save path is gone', { details: { errno: 'ENOENT' } })
  }
  try {
    await makeRoot(operations, root)
    return folderOf(await operations.open(root, flags), root)
  } catch (error) {
    throw diskError(error, 'make', 'the save path')
  }
}

async function makeRoot(operations: FileOperations, root: string): Promise<void> {
  const parent = dirname(root)
  try {
    await makeFolder(operations, root)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || parent === root) throw error
    await makeRoot(operations, parent)
    await makeFolder(operations, root)
  }
  await syncFolder(operations, parent)
}

async function enter(
  operations: FileOperations,
  path: string,
  name: string,
  create: boolean,
): Promise<number> {
  try {
    return await operations.open(path, flags).catch(async (error: unknown) => {
      if (!create || errnoOf(error) !== 'ENOENT') throw error
      await makeFolder(operations, path)
      return await operations.open(path, flags)
    })
  } catch (error) {
    // Linux says ENOTDIR for a link too when O_DIRECTORY is given.
    if (errnoOf(error) === 'ENOTDIR' && (await isLink(operations, path)))
      throw new RestTorrentError('path_outside_root', `a symbolic link stands in the place of folder ${name}`)
    throw diskError(error, 'open folder', name)
  }
}

/** mkdir that is content with one that is there: several files of a torrent make the same folder at once. */
async function makeFolder(operations: FileOperations, path: string): Promise<void> {
  await operations.mkdir(path).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error
  })
}

async function isLink(operations: FileOperations, path: string): Promise<boolean> {
  const stat = await operations.lstat(path).catch(() => undefined)
  return stat?.isSymbolicLink() === true
}

async function syncFolder(operations: FileOperations, path: string): Promise<void> {
  const fd = await operations.open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  await operations.fsync(fd).finally(() => operations.close(fd))
}

function folderOf(fd: number, path: string): Folder {
  return { fd, at: (name) => (descriptors === undefined ? join(path, name) : `${descriptors}/${fd}/${name}`) }
}
