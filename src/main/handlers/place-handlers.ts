/** The commands on where the files of torrents lie. */
import * as z from 'zod'
import { RestTorrentError } from '../../protocol/errors.ts'
import { floorShare } from '../../protocol/progress.ts'
import { claimedBits, type TorrentRecord } from '../../protocol/records.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Relocation } from '../supervisor/relocation.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import { findTorrent } from './find-torrent.ts'
import type { Handlers } from './reply.ts'

export interface PlaceHandlerOptions {
  readonly supervisor: Supervisor
  readonly relocation: Relocation
  readonly tasks: TaskPool
  readonly jobs: Jobs
  readonly rootDir: string
  readonly dataDir: string
}

/** What a rename may take, all in all. */
const renameDeadlineMs = 60_000

const moveParameters = z.object({ saveFolder: z.string(), savePath: z.string() })

/** The handlers of these commands; declares the job that moves. */
export function placeHandlers(
  near: PlaceHandlerOptions,
): Pick<Handlers, 'get_files' | 'rename_file' | 'move_torrent'> {
  const { supervisor, relocation, tasks, jobs, rootDir, dataDir } = near
  const begin = jobs.kind({
    name: 'move_torrent',
    parameters: moveParameters,
    isCarriedOn: true,
    run: async ({ parameters, sessionId = '', infoHash = '', signal, progress }) => {
      const { session, record } = findTorrent(supervisor, { session_id: sessionId, info_hash: infoHash })
      const place = { ...parameters, renamed: record.renamed }
      await relocation.bring(session, infoHash, place, { signal, mayCopy: true, progress })
      return { save_path: parameters.savePath }
    },
  })
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
      const named = await relocation.rename(session, infoHash, signal, async (renamed) => {
        return await tasks.changeNames({ rawInfo, renamed, path, newPath })
      })
      return { value: { num_files: named.length } }
    },
    move_torrent: async ({ save_path: path, ...input }) => {
      const { session } = findTorrent(supervisor, input)
      const { id: sessionId, root, owner } = session.records.session
      const place = await tasks.resolveFolder({ rootDir, root, reservedDir: dataDir, path, neededBytes: 0 })
      const { record } = findTorrent(supervisor, input)
      const { infoHash, memoryOnly } = record
      const isDurable = session.records.isDurable && !memoryOnly
      const parameters = { saveFolder: place.folder, savePath: place.relative }
      return { value: { job: await begin({ parameters, owner, isDurable, sessionId, infoHash }) } }
    },
  }
}

function rawInfoOf({ infoHash, source }: TorrentRecord): Uint8Array {
  if (source.rawInfo !== undefined) return source.rawInfo
  throw new RestTorrentError('metadata_unknown', `torrent ${infoHash} has no metadata yet`)
}
