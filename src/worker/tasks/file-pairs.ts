/** The files of a torrent in two places, side by side. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { hasBit } from '../../protocol/progress.ts'
import type { FileLinking } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { filesWith } from '../session/resume/file-pieces.ts'
import type { FileOperations } from '../session/storage/file-operations.ts'
import { withFolder, type Folder } from '../session/storage/folder.ts'
import { foldersOf, relativeParts } from '../session/storage/relative-path.ts'
import { filesIn } from './placed-files.ts'

const looking = { create: false, createRoot: false }
const making = { create: true, createRoot: true }

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
    await withFolder(operations, saveFolder, parts, looking, async ({ fd }) => {
      await operations.fsync(fd)
    })
  }
}

/**
 * Opens the folders of both paths of a regular file, and makes that of the second. Gives what `act` does, which is
 * told the path of the file and where its other name goes. Rejects with `path_outside_root` for what is no regular
 * file, with errors of `withFolder`, and as `act`.
 */
export async function inBothFolders<Result>(
  operations: FileOperations,
  [source, target]: readonly [from: string, to: string],
  pair: FilePair,
  act: (old: string, here: Folder, name: string) => Promise<Result>,
): Promise<Result> {
  const [from, to] = [relativeParts(pair.from), relativeParts(pair.to)]
  return await withFolder(operations, source, from.slice(0, -1), looking, async (there) => {
    const old = there.at(from.at(-1) ?? '')
    if (!(await operations.lstat(old)).isFile())
      throw new RestTorrentError('path_outside_root', `${pair.from} is not a regular file`)
    return await withFolder(operations, target, to.slice(0, -1), making, async (here) => {
      return await act(old, here, to.at(-1) ?? '')
    })
  })
}
