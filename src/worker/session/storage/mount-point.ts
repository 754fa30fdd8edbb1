/**
 * Tells a disk that is not mounted from one that is: what is mounted on a folder has another device than the
 * folder around it, or, where a folder is bound to one of the same file system, stands in the kernel's list. Numbers
 * of devices are not kept: a disk may have another one after each start of the system.
 */
import { lstatSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'

/** What this process sees mounted, a line each; reading it waits for no disk. */
const mountList = '/proc/self/mountinfo'

/**
 * The nearest folder, at or above this absolute and resolved one, that a disk is mounted on; undefined where there
 * is none below `/`. Folders that are missing are passed over.
 */
export function mountPointOf(folder: string): string | undefined {
  const listed = listedMountPoints()
  for (let at = folder, own = deviceOf(at); dirname(at) !== at; at = dirname(at)) {
    const around = deviceOf(dirname(at))
    if (own !== undefined && (own !== around || listed.has(at))) return at
    own = around
  }
  return undefined
}

function deviceOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.dev
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
  if (own !== undefined && own !== around) return
  if (own === undefined || !listedMountPoints().has(mountPoint))
    throw new RestTorrentError('files_changed', 'the disk of the save path is not mounted')
}

function listedMountPoints(): ReadonlySet<string> {
  try {
    const lines = readFileSync(mountList, 'utf8').split('\n')
    return new Set(lines.map((line) => unescaped(line.split(' ')[4] ?? '')))
  } catch {
    return new Set() // this system has none: devices have to do
  }
}

/** Without the octal digits that stand for blanks and backslashes. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}
