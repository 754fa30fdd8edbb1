/** The commands on where the files of torrents lie. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { floorShare } from '../../protocol/progress.ts'
import { claimedBits, type TorrentRecord } from '../../protocol/records.ts'
import type { Relocation } from '../supervisor/relocation.ts'
import { renameTo } from '../supervisor/rename-path.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { BeginMove } from '../supervisor/torrent-moves.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

export interface PlaceHandlerOptions {
  readonly supervisor: Supervisor
  readonly relocation: Relocation
  readonly tasks: TaskPool
  readonly moveTorrent: BeginMove
}

/** What a rename may take, all in all. */
const renameDeadlineMs = 60_000

/** The handlers of these commands. */
export function placeHandlers(
  near: PlaceHandlerOptions,
): Pick<Handlers, 'get_files' | 'rename_file' | 'move_torrent'> {
  const { supervisor, relocation, tasks, moveTorrent } = near
  return {
    get_files: async ({ offset, limit, ...input }) => {
      const { record } = findTorrent(supervisor, input)
      const { renamed, options } = record
      const { num_files, files } = await tasks.listFiles({
        rawInfo: rawInfoOf(record),
        renamed,
        bits: claimedBits(record) ?? new Uint8Array(),
        offset,
        limit,
      })
      const shown = files.map(({ index, path, length, have }) => ({
        index,
        path,
        length,
        progress: length === 0 ? 1 : floorShare(have / length),
        priority: options.file_priorities[index] ?? options.default_priority,
      }))
      return { value: { num_files, files: shown } }
    },
    rename_file: async ({ path, new_path: newPath, ...input }) => {
      const { session, record } = findTorrent(supervisor, input)
      const { infoHash } = record
      const rawInfo = rawInfoOf(record)
      if (relocation.isBusy(session, infoHash))
        throw new RestTorrentError('file_in_use', `files of torrent ${infoHash} are being moved`)
      const signal = AbortSignal.timeout(renameDeadlineMs)
      const named = await renameTo({ tasks, relocation, session, record, rawInfo, signal }, path, newPath)
      return { value: { num_files: named.length } }
    },
    move_torrent: async ({ session_id, info_hash, save_path }) => ({
      value: { job: await moveTorrent(session_id, info_hash, save_path) },
    }),
  }
}

function rawInfoOf({ infoHash, source }: TorrentRecord): Uint8Array {
  if (source.rawInfo !== undefined) return source.rawInfo
  throw new RestTorrentError('metadata_unknown', `torrent ${infoHash} has no metadata yet`)
}
