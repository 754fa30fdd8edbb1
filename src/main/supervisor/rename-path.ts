/**
 * Gives a file or folder of a torrent another path. Where the file system takes both for one, the other name being
 * there already as its own in another case, it gets there by way of a third: each step is a rename like any, so that
 * an end in the middle leaves the torrent whole, under that third name.
 */
import { dirname } from 'node:path/posix'
import { foldName } from '../../protocol/file-names.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { RenamedFile } from '../../protocol/torrent-place-form.ts'
import type { TaskPool } from '../threads/task-pool.ts'
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
  const { tasks, relocation, session, record, rawInfo, signal } = wish
  const rename = async (from: string, to: string): Promise<readonly RenamedFile[]> =>
    await relocation.rename(session, record, signal, async (renamed) => {
      return await tasks.changeNames({ rawInfo, renamed, path: from, newPath: to })
    })
  if (!(await isOneEntry(wish, path, newPath))) return await rename(path, newPath)
  const folder = dirname(newPath)
  const between = `${folder === '.' ? '' : `${folder}/`}renaming-${record.infoHash}`
  await rename(path, between)
  try {
    return await rename(between, newPath)
  } catch (error) {
    await rename(between, path).catch(() => undefined) // the first fault is the one that is told
    throw error
  }
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
