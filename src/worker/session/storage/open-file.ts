import { constants } from 'node:fs'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'
import { withFolder, type Folder, type FolderOptions } from './folder.ts'
import { relativeParts } from './relative-path.ts'

/** A file by the absolute, resolved save path and its path below it. */
export interface FileLocation {
  root: string
  path: string
}

/** For reading, or for reading and writing and then whether the file and the root may be made. */
export type OpenOptions = { write: false } | { write: true; create: boolean; createRoot: boolean }

/** How the folder of a file is reached: as `withFolder` does, or shared with other openings. */
export type ReachFolder = (
  root: string,
  parts: readonly string[],
  options: FolderOptions,
  work: (folder: Folder) => Promise<number>,
) => Promise<number>

/**
 * Opens a regular file and gives its descriptor. A symbolic link, in its place or in that of a folder, is
 * `path_outside_root`; a file that is missing or no regular one is `files_changed`; nothing is truncated.
 */
export async function openFile(
  operations: FileOperations,
  { root, path }: FileLocation,
  options: OpenOptions,
  reach: ReachFolder = (...folder) => withFolder(operations, ...folder),
): Promise<number> {
  const parts = relativeParts(path)
  const create = options.write && options.create
  const folderOptions = { create, createRoot: options.write && options.createRoot }
  const name = parts.at(-1) ?? path
  try {
    const fd = await reach(root, parts.slice(0, -1), folderOptions, (folder) =>
      operations.open(folder.at(name), flagsOf(options.write, create), 0o666),
    )
    await checkRegular(operations, fd, path)
    return fd
  } catch (error) {
    throw diskError(error, 'open', path)
  }
}

// O_NONBLOCK: opening a planted FIFO would otherwise hold a file thread of the process for ever.
function flagsOf(write: boolean, create: boolean): number {
  const access = write ? constants.O_RDWR : constants.O_RDONLY
  return access | constants.O_NOFOLLOW | constants.O_NONBLOCK | (create ? constants.O_CREAT : 0)
}

async function checkRegular(operations: FileOperations, fd: number, path: string): Promise<void> {
  try {
    if ((await operations.fstat(fd)).isFile()) return
    throw new RestTorrentError('files_changed', `${path} is not a regular file`)
  } catch (error) {
    await operations.close(fd)
    throw error
  }
}
