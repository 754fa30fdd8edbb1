/**
 * Gives the files of a torrent another name where they can have no second one, while nobody touches them. A rename
 * is one step for the file system, so that whatever ends the process, every file has one of its two names: the
 * next start looks which, and brings back what the record does not know there.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FileLinking } from '../../protocol/tasks.ts'
import { diskError, errnoOf } from '../session/storage/disk-error.ts'
import { FileOperations } from '../session/storage/file-operations.ts'
import { inBothFolders, pairsOf, syncFoldersOf, type FilePair } from './file-pairs.ts'

/** Another file system, or a file or folder of somebody else's. */
const noRename = new Set(['EXDEV', 'EPERM', 'EACCES'])

/**
 * `renamed` when every file that is there has its other name alone, synced. `apart` where one cannot have it, or
 * something has it already; then all have the names that they had. So they have when it rejects: with
 * `files_changed` where a file is missing that holds pieces, or with another disk code.
 */
export async function renameFilesOf(linking: FileLinking): Promise<'renamed' | 'apart'> {
  const operations = new FileOperations()
  const { from, to } = linking
  const done: FilePair[] = []
  const undo = async (): Promise<void> => {
    for (const pair of done.toReversed())
      await renameOne(operations, to.saveFolder, from.saveFolder, turned(pair))
  }
  try {
    for (const pair of pairsOf(linking)) {
      const outcome = await renameOne(operations, from.saveFolder, to.saveFolder, pair)
      if (outcome === 'renamed') done.push(pair)
      if (outcome === 'missing' && pair.isNeeded)
        throw new RestTorrentError('files_changed', `${pair.from} is missing`)
      if (outcome !== 'apart' && outcome !== 'taken') continue
      await undo()
      return 'apart'
    }
    await syncBoth(operations, linking, done)
    return 'renamed'
  } catch (error) {
    await undo()
    throw error
  }
}

/** Renames the files that are in the first of the places alone; the others are left. Rejects with a disk code. */
export async function bringBackFiles(linking: FileLinking): Promise<void> {
  const operations = new FileOperations()
  const { from, to } = linking
  const done: FilePair[] = []
  for (const pair of pairsOf(linking)) {
    const outcome = await renameOne(operations, from.saveFolder, to.saveFolder, pair)
    if (outcome === 'renamed') done.push(pair)
  }
  await syncBoth(operations, linking, done)
}

async function renameOne(
  operations: FileOperations,
  source: string,
  target: string,
  pair: FilePair,
): Promise<'renamed' | 'taken' | 'missing' | 'apart'> {
  try {
    return await inBothFolders(operations, [source, target], pair, async (old, here, name) => {
      const next = here.at(name)
      if (await isThere(operations, next)) return 'taken'
      await operations.rename(old, next)
      return 'renamed'
    })
  } catch (error) {
    const errno = errnoOf(error) ?? ''
    if (noRename.has(errno)) return 'apart'
    const isGone = errno === 'ENOENT' || (error instanceof RestTorrentError && error.code === 'files_changed')
    if (isGone) return 'missing'
    throw diskError(error, 'rename', pair.from)
  }
}

async function isThere(operations: FileOperations, path: string): Promise<boolean> {
  return await operations.lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false
      throw error
    },
  )
}

async function syncBoth(
  operations: FileOperations,
  { from, to }: FileLinking,
  done: readonly FilePair[],
): Promise<void> {
  await syncFoldersOf(
    operations,
    to.saveFolder,
    done.map((pair) => pair.to),
  )
  await syncFoldersOf(
    operations,
    from.saveFolder,
    done.map((pair) => pair.from),
  )
}

function turned({ from, to, isNeeded }: FilePair): FilePair {
  return { from: to, to: from, isNeeded }
}
