/** The folder of a session's root: below the server's, made where it is missing, and no way out of it. */
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import { diskError, errnoOf } from '../session/storage/disk-error.ts'

/** The real path of `root` below `rootDir`. Throws `path_outside_root` for a link on the way, or a disk code. */
export function sessionRoot(rootDir: string, root: string): string {
  let folder = realpathSync.native(rootDir)
  for (const part of root === '' ? [] : root.split('/')) {
    folder = join(folder, part)
    makeFolder(folder, root)
    if (!lstatSync(folder).isDirectory()) {
      throw new RestTorrentError(
        'path_outside_root',
        `something else stands in the place of the root ${root}`,
      )
    }
  }
  return folder
}

function makeFolder(folder: string, root: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw diskError(error, 'make', `the root ${root}`)
  }
}
