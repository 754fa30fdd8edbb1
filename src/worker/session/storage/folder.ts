/**
 * Reaching a folder below a save path without ever following a symbolic link that was planted on the way: the
 * save path is opened by its name and must then lie where its name says, and each part is opened inside the
 * one before it, with O_DIRECTORY and O_NOFOLLOW. Node has no openat; on Linux `/proc/self/fd/N/name` is one,
 * and `/proc/self/fd/N` tells where an open folder lies. The race that is left: a folder that is moved
 * elsewhere by somebody with the right to do so while it is open stays the one that is used. Without /proc
 * names are looked up again, so there somebody who swaps a folder for a link between two steps can still
 * lead us out.
 */
import { constants, existsSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'

const descriptors = process.platform === 'linux' && existsSync('/proc/self/fd') ? '/proc/self/fd' : undefined
const looking = { create: false, createRoot: false }
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
    return await openInPlace(operations, root)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw await noFolder(operations, error, root, 'the save path')
    if (!create)
      throw new RestTorrentError('files_changed', 'the save path is gone', { details: { errno: 'ENOENT' } })
  }
  const parent = await openRoot(operations, dirname(root), true)
  try {
    const path = parent.at(basename(root))
    await makeFolder(operations, path)
    await operations.fsync(parent.fd)
    return folderOf(await operations.open(path, flags), root)
  } catch (error) {
    throw diskError(error, 'make', 'the save path')
  } finally {
    await operations.close(parent.fd)
  }
}

/** One readlink more than an open by name: a folder above that was swapped for a link shows in where it leads. */
async function openInPlace(operations: FileOperations, root: string): Promise<Folder> {
  const folder = folderOf(await operations.open(root, flags), root)
  if (descriptors === undefined) return folder
  try {
    if ((await operations.readlink(`${descriptors}/${folder.fd}`)) === root) return folder
  } catch (error) {
    await operations.close(folder.fd)
    throw error
  }
  await operations.close(folder.fd)
  // a file system that takes names in another case is no attack: from the top, no link can be passed
  const parts = root.split(sep).filter((part) => part !== '')
  const fd = await withFolder(operations, sep, parts, looking, (found) =>
    operations.open(found.at('.'), flags),
  ).catch((error: unknown) => {
    const isOurs = error instanceof RestTorrentError
    throw isOurs ? new RestTorrentError(error.code, 'a folder above the save path was replaced') : error
  })
  return folderOf(fd, root)
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
    throw await noFolder(operations, error, path, `folder ${name}`)
  }
}

async function noFolder(
  operations: FileOperations,
  error: unknown,
  path: string,
  name: string,
): Promise<unknown> {
  // Linux says ENOTDIR for a link too when O_DIRECTORY is given.
  if (errnoOf(error) === 'ENOTDIR' && (await isLink(operations, path)))
    return new RestTorrentError('path_outside_root', `a symbolic link stands in the place of ${name}`)
  return diskError(error, 'open', name)
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

function folderOf(fd: number, path: string): Folder {
  return { fd, at: (name) => (descriptors === undefined ? join(path, name) : `${descriptors}/${fd}/${name}`) }
}
