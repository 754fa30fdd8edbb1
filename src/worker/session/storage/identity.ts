import type { BigIntStats } from 'node:fs'
import { sep } from 'node:path'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'
import { withFolder, type Folder } from './folder.ts'
import type { SharedFolders } from './shared-folders.ts'
import { OperationLimit } from './operation-limit.ts'
import { relativeParts } from './relative-path.ts'

const maxAtOnce = 4

/** What tells that a file is the one a checkpoint saw: all three match, or it may have changed. */
export interface Identity {
  size: number
  mtimeNs: bigint
  ino: bigint
}

/** The identity within the result of a stat. */
export function identityOf(stat: BigIntStats): Identity {
  return { size: Number(stat.size), mtimeNs: stat.mtimeNs, ino: stat.ino }
}

/**
 * The identities of files below a save path, in the same order; undefined where there is no regular file.
 * Folders in the save path that are links are followed here: only numbers are read, and a file opened later is
 * opened safely. The save path is reached alone, or once with others who look there. Rejects with
 * `path_outside_root` where it lies behind a link.
 */
export async function identify(
  operations: FileOperations,
  root: string,
  paths: readonly string[],
  reach: SharedFolders['use'] = (...folder) => withFolder(operations, ...folder),
): Promise<(Identity | undefined)[]> {
  const identities = new Array<Identity | undefined>(paths.length)
  try {
    await reach(root, [], { create: false, createRoot: false }, async (folder) => {
      await new OperationLimit(maxAtOnce).forEach(paths.entries(), async ([index, path]) => {
        identities[index] = await identifyOne(operations, folder, path)
      })
    })
  } catch (error) {
    const isMissing = error instanceof RestTorrentError && error.code === 'files_changed'
    if (!isMissing) throw error
  }
  return identities
}

async function identifyOne(
  operations: FileOperations,
  folder: Folder,
  path: string,
): Promise<Identity | undefined> {
  try {
    const stat = await operations.lstat(folder.at(relativeParts(path).join(sep)))
    return stat.isFile() ? identityOf(stat) : undefined
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined
    throw diskError(error, 'look at', path)
  }
}
