import { hash } from 'node:crypto'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { FileDeletion } from '../../protocol/tasks.ts'
import { hasBit } from '../../protocol/progress.ts'
import { parseInfo, type TorrentInfo } from '../../protocol/torrent-info.ts'
import { filesWith } from '../session/resume/file-pieces.ts'
import { deleteFiles, removeOwnFolder } from '../session/storage/delete-files.ts'
import { FileOperations } from '../session/storage/file-operations.ts'
import { identify } from '../session/storage/identity.ts'
import { refuseUnmounted } from '../session/storage/mount-point.ts'
import { filesIn, pathsIn } from './placed-files.ts'

/**
 * See `FileDeletion`; false where the disk of the place is not mounted, so that what is on it was not seen. Rejects as
 * `deleteFiles`, and with `files_changed` where files were left because the torrent has lost its own.
 */
export async function deleteDataOf(deletion: FileDeletion): Promise<boolean> {
  const { place, rawInfo, spared, current, bits } = deletion
  const operations = new FileOperations()
  const info = parseInfo(rawInfo)
  const paths = pathsIn(info, place)
  const kept = new Set(spared)
  const lost: string[] = []
  const isMounted = await isMountedAt(operations, place.mountPoint)
  if (current !== undefined) {
    const present = await presentIn(operations, info, current)
    const needed = bits && new Set(filesWith(info, (piece) => hasBit(bits, piece)))
    const mine = filesIn(info, current)
    for (const [at, path] of paths.entries()) {
      const { index = at, safePath = '' } = mine[at] ?? {}
      const isCurrent = join(current.saveFolder, safePath) === join(place.saveFolder, path)
      const isLost = present[at] !== true && needed?.has(index) !== false
      if (!isCurrent && isLost) lost.push(path)
      if (isCurrent || isLost) kept.add(path)
    }
  }
  await deleteFiles(operations, place.saveFolder, paths, (path) => kept.has(path))
  if (place.saveFolder !== current?.saveFolder)
    await removeOwnFolder(operations, place.saveFolder, hash('sha1', rawInfo, 'hex'))
  if ((await stillThere(operations, place.saveFolder, lost)).length > 0)
    throw new RestTorrentError('files_changed', `a copy of ${lost[0]} was left: the file is not in its place`)
  return isMounted
}

async function isMountedAt(operations: FileOperations, mountPoint: string | undefined): Promise<boolean> {
  if (mountPoint === undefined) return true
  return await refuseUnmounted(operations, mountPoint).then(
    () => true,
    (error: unknown) => {
      if (error instanceof RestTorrentError && error.code === 'files_changed') return false
      throw error
    },
  )
}

async function presentIn(
  operations: FileOperations,
  info: TorrentInfo,
  current: NonNullable<FileDeletion['current']>,
): Promise<boolean[]> {
  const found = await identify(operations, current.saveFolder, pathsIn(info, current))
  return found.map((identity) => identity !== undefined)
}

async function stillThere(operations: FileOperations, folder: string, paths: string[]): Promise<string[]> {
  const found = await identify(operations, folder, paths)
  return paths.filter((_, at) => found[at] !== undefined)
}
