import { join } from 'node:path'
import type { EntryPair } from '../../protocol/tasks.ts'
import { diskError, errnoOf } from '../session/storage/disk-error.ts'
import { FileOperations } from '../session/storage/file-operations.ts'

/** See `EntryPair`; false where one of the paths leads to nothing. Rejects with a disk code. */
export async function isOneEntryOf({ saveFolder, path, newPath }: EntryPair): Promise<boolean> {
  const operations = new FileOperations()
  try {
    const [one, other] = [
      await operations.lstat(join(saveFolder, path)),
      await operations.lstat(join(saveFolder, newPath)),
    ]
    return one.ino === other.ino && one.dev === other.dev
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return false
    throw diskError(error, 'look at', newPath)
  }
}
