/** The files of a torrent in two places, side by side. */
import { hasBit } from '../../protocol/progress.ts'
import type { FileLinking } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { filesWith } from '../session/resume/file-pieces.ts'
import type { FileOperations } from '../session/storage/file-operations.ts'
import { withFolder } from '../session/storage/folder.ts'
import { foldersOf } from '../session/storage/relative-path.ts'
import { filesIn } from './placed-files.ts'

/** Paths below the folders of the two places. */
export interface FilePair {
  readonly from: string
  readonly to: string
  /** Whether pieces of it are claimed. */
  readonly isNeeded: boolean
}

/** The files whose path is another. */
export function pairsOf({ rawInfo, from, to, bits = new Uint8Array() }: FileLinking): FilePair[] {
  const info = parseInfo(rawInfo)
  const needed = new Set(filesWith(info, (piece) => hasBit(bits, piece)))
  const targets = filesIn(info, to)
  const pairs = filesIn(info, from).map(({ index, safePath }, at) => ({
    from: safePath,
    to: targets[at]?.safePath ?? safePath,
    isNeeded: needed.has(index),
  }))
  return pairs.filter((pair) => from.saveFolder !== to.saveFolder || pair.from !== pair.to)
}

/** Makes the names of files last over a power cut. Rejects with a disk code. */
export async function syncFoldersOf(
  operations: FileOperations,
  saveFolder: string,
  paths: readonly string[],
): Promise<void> {
  const folders = new Set(paths.flatMap((path) => ['', ...foldersOf(path)]))
  for (const folder of folders) {
    const parts = folder === '' ? [] : folder.split('/')
    await withFolder(operations, saveFolder, parts, { create: false, createRoot: false }, async ({ fd }) => {
      await operations.fsync(fd)
    })
  }
}
