/**
 * Gives the files of a torrent a second name: a hard link each, so that whatever ends the process, every file
 * has at least one name, and what is written by the one is there by the other.
 */
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import { hasBit } from '../../protocol/progress.ts'
import type { FileLinking, Linked } from '../../protocol/tasks.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { filesWith } from '../session/resume/file-pieces.ts'
import { deleteFiles } from '../session/storage/delete-files.ts'
import { diskError, errnoOf } from '../session/storage/disk-error.ts'
import { FileOperations } from '../session/storage/file-operations.ts'
import type { Folder } from '../session/storage/folder.ts'
import { freeSpace } from '../session/storage/free-space.ts'
import { identify } from '../session/storage/identity.ts'
import { refuseUnmounted } from '../session/storage/mount-point.ts'
import { inBothFolders, pairsOf, syncFoldersOf, type FilePair } from './file-pairs.ts'
import { filesIn } from './placed-files.ts'

/** A file system without such links, or a file of somebody else's that may not be linked. */
const noLinks = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EACCES'])

type Outcome = 'made' | 'there' | Exclude<Linked, 'linked'>

/** Throws `file_exists` where something is at one of the paths that files are to have. */
export async function refusePresentFiles(linking: FileLinking): Promise<void> {
  const operations = new FileOperations()
  for (const { to } of pairsOf(linking)) {
    const isThere = await operations.lstat(join(linking.to.saveFolder, to)).then(
      () => true,
      (error: unknown) => {
        if (errnoOf(error) === 'ENOENT') return false
        if (errnoOf(error) === 'ENOTDIR') return true // a file stands in the place of a folder
        throw diskError(error, 'look at', to)
      },
    )
    if (isThere) throw new RestTorrentError('file_exists', `something is at ${to} already`)
  }
}

/**
 * `linked` when every file that is there has its second name, synced; what has it already is left. `apart` where
 * the other place is on another file system: then none was made, and there is room for copies. `unlinkable` where
 * a file cannot have a second name at all; then none was made either. Rejects with `insufficient_space`, with
 * `files_changed` where a file is missing that holds pieces, or with another disk code.
 */
export async function linkFilesOf(linking: FileLinking): Promise<Linked> {
  const operations = new FileOperations()
  const { from, to } = linking
  if (to.mountPoint !== undefined && to.saveFolder !== from.saveFolder)
    await refuseUnmounted(operations, to.mountPoint)
  const made: string[] = []
  for (const pair of pairsOf(linking)) {
    const outcome = await linkOne(operations, from.saveFolder, to.saveFolder, pair)
    if (outcome === 'made') made.push(pair.to)
    if (outcome !== 'apart' && outcome !== 'unlinkable') continue
    await deleteFiles(operations, to.saveFolder, made, () => false)
    if (outcome === 'apart') await refuseFull(operations, linking)
    return outcome
  }
  await syncFoldersOf(operations, to.saveFolder, made)
  return 'linked'
}

/** What was copied before is not asked for again. */
async function refuseFull(operations: FileOperations, { rawInfo, to, bits }: FileLinking): Promise<void> {
  const info = parseInfo(rawInfo)
  const needed = new Set(filesWith(info, (piece) => hasBit(bits ?? new Uint8Array(), piece)))
  const files = filesIn(info, to).filter(({ index }) => needed.has(index))
  const paths = files.map(({ safePath }) => safePath)
  const there = await identify(operations, to.saveFolder, paths)
  const missing = files.reduce((sum, { length }, at) => sum + Math.max(0, length - (there[at]?.size ?? 0)), 0)
  const free = await freeSpace(operations, to.saveFolder)
  if (free < missing)
    throw new RestTorrentError('insufficient_space', `${free} bytes are free there, ${missing} are needed`)
}

async function linkOne(
  operations: FileOperations,
  source: string,
  target: string,
  pair: FilePair,
): Promise<Outcome | 'missing'> {
  try {
    return await inBothFolders(operations, [source, target], pair, async (old, here, name) => {
      return await link(operations, old, here, name)
    })
  } catch (error) {
    const isMissing = errnoOf(error) === 'ENOENT' || codeOf(error) === 'files_changed'
    if (isMissing && !pair.isNeeded) return 'missing'
    if (isMissing) throw new RestTorrentError('files_changed', `${pair.from} is missing`, { cause: error })
    throw diskError(error, 'link', pair.to)
  }
}

async function link(operations: FileOperations, old: string, here: Folder, name: string): Promise<Outcome> {
  try {
    await operations.link(old, here.at(name))
    return 'made'
  } catch (error) {
    const errno = errnoOf(error) ?? ''
    if (errno === 'EXDEV') return 'apart'
    if (noLinks.has(errno)) return 'unlinkable'
    if (errno !== 'EEXIST') throw error
  }
  const [one, other] = await Promise.all([operations.lstat(old), operations.lstat(here.at(name))])
  return one.ino === other.ino && one.dev === other.dev ? 'there' : 'apart'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RestTorrentError ? error.code : undefined
}
