/**
 * Tells a disk that is not mounted from one that is: what is mounted on a folder has another device than the
 * folder around it. Numbers of devices are not kept: a disk may have another one after each start of the system.
 * A folder that is bound to one of the same file system is not told from a plain one.
 */
import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'

/**
 * The nearest folder, at or above this absolute and resolved one, that a disk is mounted on; undefined where there
 * is none below `/`. Folders that are missing are passed over.
 */
export function mountPointOf(folder: string): string | undefined {
  const parent = dirname(folder)
  if (parent === folder) return undefined
  const [own, around] = [folder, parent].map((path) => lstatSync(path, { throwIfNoEntry: false })?.dev)
  return own === undefined || own === around ? mountPointOf(parent) : folder
}

/** Rejects with `files_changed` where nothing is mounted on the folder any more, or with a disk code. */
export async function refuseUnmounted(operations: FileOperations, mountPoint: string): Promise<void> {
  const device = async (path: string): Promise<bigint | undefined> => {
    try {
      return (await operations.lstat(path)).dev
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw diskError(error, 'look at', 'the disk of the save path')
      return undefined
    }
  }
  const [own, around] = await Promise.all([device(mountPoint), device(dirname(mountPoint))])
  if (own === undefined || own === around)
    throw new RestTorrentError('files_changed', 'the disk of the save path is not mounted')
}
