/**
 * Gives a file or folder of a torrent another path. Where the file system takes both for one, the other name being
 * there already as its own in another case, it gets there by way of a third: each step is a rename like any, and the
 * record says where it is to lead, so that the next start finishes what a kill has cut short.
 */
import { dirname } from 'node:path/posix'
import { toWireError } from '../../protocol/errors.ts'
import { foldName } from '../../protocol/file-names.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { RenamedFile } from '../../protocol/torrent-place-form.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { onlyFor } from './one-life.ts'
import type { Relocation } from './relocation.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

export interface PathRename {
  readonly tasks: Pick<TaskPool, 'changeNames' | 'isOneEntry'>
  readonly relocation: Pick<Relocation, 'rename'>
  readonly session: SessionSupervisor
  readonly record: TorrentRecord
  readonly rawInfo: Uint8Array
  readonly signal: AbortSignal
}

/** Gives all files that have another name then. Rejects as `Relocation.rename`, and as `renamePath` throws. */
export async function renameTo(
  wish: PathRename,
  path: string,
  newPath: string,
): Promise<readonly RenamedFile[]> {
  if (!(await isOneEntry(wish, path, newPath))) return await rename(wish, path, newPath)
  const folder = dirname(newPath)
  const between = `${folder === '.' ? '' : `${folder}/`}renaming-${wish.record.infoHash}`
  await note(wish, { between, newPath })
  try {
    await rename(wish, path, between)
    const renamed = await rename(wish, between, newPath)
    await note(wish, undefined).catch(() => undefined) // the next start finds nothing to be done
    return renamed
  } catch (error) {
    // the first fault is the one that is told
    await rename(wish, between, path).catch(() => undefined)
    await note(wish, undefined).catch(() => undefined)
    throw error
  }
}

/** Finishes what a process before had begun, where its record says so. Rejects as `renameTo`. */
export async function finishRename(wish: PathRename): Promise<void> {
  const { renaming } = wish.record
  if (renaming === undefined) return
  await rename(wish, renaming.between, renaming.newPath).catch((error: unknown) => {
    if (toWireError(error).code !== 'not_found') throw error // what is not there has its name, old or new
  })
  await note(wish, undefined)
}

async function rename(wish: PathRename, path: string, newPath: string): Promise<readonly RenamedFile[]> {
  const { tasks, relocation, session, record, rawInfo, signal } = wish
  return await relocation.rename(session, record, signal, async (renamed) => {
    return await tasks.changeNames({ rawInfo, renamed, path, newPath })
  })
}

async function note({ session, record }: PathRename, renaming: TorrentRecord['renaming']): Promise<void> {
  await session.records.decide(record.infoHash, onlyFor(record, { renaming }))
}

async function isOneEntry(
  { tasks, record, rawInfo }: PathRename,
  path: string,
  newPath: string,
): Promise<boolean> {
  if (path === newPath || foldName(path) !== foldName(newPath)) return false
  const { renamed, saveFolder, storageMode } = record
  if (storageMode === 'memory') return false
  await tasks.changeNames({ rawInfo, renamed, path, newPath }) // that both are paths of the torrent
  return await tasks.isOneEntry({ saveFolder, path, newPath })
}
