import { dirname } from 'node:path'
import { diskError, errnoOf } from './disk-error.ts'
import type { FileOperations } from './file-operations.ts'

/** Bytes that may still be written at an absolute path, or at its deepest parent that exists. */
export async function freeSpace(operations: FileOperations, path: string): Promise<number> {
  try {
    const { bavail, bsize } = await operations.statfs(path)
    return bavail * bsize
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && dirname(path) !== path)
      return await freeSpace(operations, dirname(path))
    throw diskError(error, 'look at', 'the save path')
  }
}
