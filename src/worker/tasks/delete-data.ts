import type { FileDeletion } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { deleteFiles } from '../session/storage/delete-files.ts'
import { FileOperations } from '../session/storage/file-operations.ts'
import { isOnDisk } from '../session/storage/layout.ts'

/** See `FileDeletion`. Rejects as `deleteFiles`. */
export async function deleteDataOf({ saveFolder, rawInfo, spared }: FileDeletion): Promise<void> {
  const paths = parseInfo(rawInfo).files.filter(isOnDisk)
  const kept = new Set(spared)
  await deleteFiles(
    new FileOperations(),
    saveFolder,
    paths.map(({ safePath }) => safePath),
    (path) => kept.has(path),
  )
}
