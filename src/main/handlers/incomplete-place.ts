/**
 * Where the files of a torrent that is added lie: at its save path, or below the session's `incomplete_path` before,
 * in a folder of its own that is named by its info hash, since names may be the same, and those of a magnet link
 * are not known.
 */
import { dirname, join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionRecord, TorrentRecord } from '../../protocol/records.ts'
import type { FolderAnswer, FolderRequest } from '../../protocol/tasks.ts'
import type { TaskPool } from '../threads/task-pool.ts'

export interface PathSurroundings {
  readonly tasks: Pick<TaskPool, 'resolveFolder' | 'refusePresent'>
  readonly rootDir: string
  readonly dataDir: string
}

/** What is known of a torrent that is added. */
export interface PlaceWish {
  readonly infoHash: string
  readonly path: string
  readonly neededBytes: number
  readonly storageMode: TorrentRecord['storageMode']
  readonly rawInfo: Uint8Array | undefined
}

type NewPlace = Pick<TorrentRecord, 'saveFolder' | 'savePath' | 'mountPoint' | 'finishedPath'>

/** The setting as it is kept: relative to the session's root, empty for none. Rejects with a code of the path rule. */
export async function incompletePath(
  near: PathSurroundings,
  { root }: Pick<SessionRecord, 'root'>,
  path: string,
): Promise<string> {
  return path === '' ? '' : (await resolveIncomplete(near, root, path, 0)).relative
}

/**
 * The place of a torrent that is added: that of unfinished ones, unless the session has none, the torrent is in
 * memory, or a file of it is at its save path already. Rejects with a code of the path rule or of the disk.
 */
export async function placeOfNew(
  near: PathSurroundings,
  { root, settings }: SessionRecord,
  wish: PlaceWish,
): Promise<NewPlace> {
  const { infoHash, path, neededBytes, storageMode } = wish
  const mayWait = settings.incomplete_path !== '' && storageMode !== 'memory'
  if (!mayWait) return placeAt(await resolve(near, root, path, neededBytes))
  const last = await resolve(near, root, path, 0)
  const first = await resolveIncomplete(near, root, join(settings.incomplete_path, infoHash), neededBytes)
  const isOneFolder = dirname(first.folder) === last.folder
  if (isOneFolder || (await isThere(near, wish, first, last)))
    return placeAt(await resolve(near, root, path, neededBytes))
  return { ...placeAt(first), finishedPath: last.relative }
}

async function isThere(
  { tasks }: PathSurroundings,
  { rawInfo }: PlaceWish,
  first: FolderAnswer,
  last: FolderAnswer,
): Promise<boolean> {
  if (rawInfo === undefined) return false
  const linking = { rawInfo, from: { saveFolder: first.folder }, to: { saveFolder: last.folder } }
  try {
    await tasks.refusePresent(linking)
    return false
  } catch (error) {
    if (error instanceof RestTorrentError && error.code === 'file_exists') return true
    throw error
  }
}

function placeAt({ folder, relative, mountPoint }: FolderAnswer): NewPlace {
  return { saveFolder: folder, savePath: relative, mountPoint }
}

async function resolveIncomplete(
  near: PathSurroundings,
  root: string,
  path: string,
  neededBytes: number,
): Promise<FolderAnswer> {
  try {
    return await resolve(near, root, path, neededBytes)
  } catch (error) {
    if (!(error instanceof RestTorrentError)) throw error
    throw new RestTorrentError(error.code, `incomplete_path: ${error.message}`, { cause: error })
  }
}

async function resolve(
  near: PathSurroundings,
  root: string,
  path: string,
  neededBytes: number,
): Promise<FolderAnswer> {
  return await near.tasks.resolveFolder(folderOf(near, root, path, neededBytes))
}

/** The question after a folder below a session's root. */
export function folderOf(
  { rootDir, dataDir }: Pick<PathSurroundings, 'rootDir' | 'dataDir'>,
  root: string,
  path: string,
  neededBytes: number,
): FolderRequest {
  return { rootDir, root, reservedDir: dataDir, path, neededBytes }
}
