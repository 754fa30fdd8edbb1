/** Opens a regular file for reading without ever following a symbolic link, in its place or on the way. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'

// a FIFO in a file's place would block an open without O_NONBLOCK
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * The descriptor of the file at an absolute path. Throws `path_outside_root` for a link on the way,
 * `files_changed` for what is no regular file, or the error of the system call.
 */
export function openRegular(path: string): number {
  const descriptor = openSync(path, flags)
  try {
    if (!liesAt(path, descriptor))
      throw new RestTorrentError('path_outside_root', `a symbolic link leads to ${basename(path)}`)
    if (!fstatSync(descriptor).isFile())
      throw new RestTorrentError('files_changed', `${basename(path)} is not a regular file`)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Whether no link was followed on the way; on Linux an open file tells where it lies. */
function liesAt(path: string, descriptor: number): boolean {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`) === path) return true
  } catch {
    // without /proc the folders are looked at by name
  }
  return !throughLink(dirname(path))
}

function throughLink(folder: string): boolean {
  if (folder === dirname(folder)) return false
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true || throughLink(dirname(folder))
}
