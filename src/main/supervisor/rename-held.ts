/** Gives the files of a torrent another place by renames, on file systems where no file can have a second name. */
import { claimedBits, type TorrentRecord } from '../../protocol/records.ts'
import type { FileLinking } from '../../protocol/tasks.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { holdFiles } from './hold-files.ts'
import { findNow, type OneLife } from './one-life.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

export interface HeldRename {
  readonly tasks: Pick<TaskPool, 'renameFiles' | 'bringBack'>
  readonly session: SessionSupervisor
  readonly torrent: OneLife
  readonly signal: AbortSignal
  readonly linking: (record: TorrentRecord) => FileLinking
  /** Has the record, as it is, name the other place. */
  readonly switchFrom: (record: TorrentRecord) => Promise<void>
}

/**
 * True when the files are in the other place and the record says so; false where they cannot be renamed either.
 * Then, and when it rejects, they have the names that they had. Rejects as `holdFiles` and `renameFiles` do.
 */
export async function renameHeld(wish: HeldRename): Promise<boolean> {
  const { tasks, session, torrent, signal, linking, switchFrom } = wish
  await holdFiles(session, torrent.infoHash, signal)
  const held = findNow(session.records, torrent)
  const { from, to, rawInfo } = linking(held)
  try {
    const bits = claimedBits(held)
    if ((await tasks.renameFiles({ rawInfo, from, to, bits })) === 'apart') {
      session.torrents.release(held.infoHash) // it goes on until they are copied
      return false
    }
    await switchFrom(held)
    return true
  } catch (error) {
    await tasks.bringBack({ rawInfo, from: to, to: from }).catch(() => undefined) // left for the next start
    throw error
  }
}
