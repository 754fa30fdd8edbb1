/** Finds the file or folder of which a torrent is to be made: the path rule, and no link in its own place. */
import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import type { CreationSource } from '../../../protocol/creation-tasks.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { FolderRequest } from '../../../protocol/tasks.ts'
import { diskError } from '../../session/storage/disk-error.ts'
import { refuseReserved, resolveUnderRoot } from '../resolve-folder.ts'

/**
 * Throws `invalid_path`, `path_outside_root`, `path_reserved`, `not_found`, or a disk code; the root itself is an
 * `invalid_path`.
 */
export function locateSourceOf(request: FolderRequest): CreationSource {
  const named = normalize(request.path).replace(/\/$/, '')
  const base = basename(named)
  if (base === '..') throw new RestTorrentError('path_outside_root', 'the path leads out of the root folder')
  if (base === '.' || base === '')
    throw new RestTorrentError('invalid_path', 'the path names nothing below the root folder')
  const { folder, relative: savePath } = resolveUnderRoot({ ...request, path: dirname(named) })
  refuseReserved(realpathSync(request.rootDir), realpathSync(request.reservedDir), join(folder, base))
  const stat = lookAt(join(folder, base), base)
  if (stat?.isSymbolicLink()) throw new RestTorrentError('path_outside_root', `${base} is a symbolic link`)
  if (stat === undefined) throw new RestTorrentError('not_found', `there is no file or folder ${base}`)
  if (!stat.isFile() && !stat.isDirectory())
    throw new RestTorrentError('invalid_path', `${base} is neither a file nor a folder`)
  return { folder, savePath, base }
}

function lookAt(path: string, base: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw diskError(error, 'look at', base)
  }
}
