/** The job that brings the files of a torrent to another folder: callers begin it, and torrents that are finished. */
import * as z from 'zod'
import type { Job } from '../../protocol/job.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { torrentPlace } from '../../protocol/torrent-place-form.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { torrentNotFound } from '../records/torrent-not-found.ts'
import type { TaskPool } from '../threads/task-pool.ts'
import type { Relocation } from './relocation.ts'
import type { SessionSupervisor } from './session-supervisor.ts'
import type { Supervisor } from './supervisor.ts'

/** Its kind, as the list of jobs names it. */
export const moveKind = 'move_torrent'

export interface MoveSurroundings {
  readonly supervisor: Pick<Supervisor, 'session'>
  readonly relocation: Pick<Relocation, 'bring'>
  readonly tasks: Pick<TaskPool, 'resolveFolder'>
  readonly jobs: Pick<Jobs, 'kind'>
  readonly rootDir: string
  readonly dataDir: string
}

/**
 * Begins to move a torrent to a path of its session. Rejects with a code of the path rule, `session_not_found`,
 * `torrent_not_found`, `overloaded` or a disk code.
 */
export type BeginMove = (sessionId: string, infoHash: string, path: string) => Promise<Job>

/** `addedAt` tells the torrent from one that was added again since. */
const moveParameters = torrentPlace.omit({ renamed: true }).extend({ addedAt: z.number().optional() })

/** Declares the job, once; gives what begins it. */
export function declareMoves(near: MoveSurroundings): BeginMove {
  const { supervisor, relocation, tasks, jobs, rootDir, dataDir } = near
  const begin = jobs.kind({
    name: moveKind,
    parameters: moveParameters,
    isCarriedOn: true,
    run: async ({ parameters, sessionId = '', infoHash = '', signal, progress }) => {
      const { addedAt, ...place } = parameters
      const session = supervisor.session(sessionId)
      const torrent = { infoHash, addedAt: addedAt ?? find(session, infoHash).addedAt }
      await relocation.bring(session, torrent, place, { signal, mayCopy: true, progress })
      return { save_path: place.savePath }
    },
  })
  return async (sessionId, infoHash, path) => {
    const { root, owner } = supervisor.session(sessionId).records.session
    const { folder, relative, mountPoint } = await tasks.resolveFolder({
      rootDir,
      root,
      reservedDir: dataDir,
      path,
      neededBytes: 0,
    })
    const session = supervisor.session(sessionId) // it may have been deleted meanwhile
    const { memoryOnly, addedAt } = find(session, infoHash)
    const isDurable = session.records.isDurable && !memoryOnly
    const parameters = { saveFolder: folder, savePath: relative, mountPoint, addedAt }
    return await begin({ parameters, owner, isDurable, sessionId, infoHash })
  }
}

function find({ records }: SessionSupervisor, infoHash: string): TorrentRecord {
  const record = records.torrents.get(infoHash)
  if (record === undefined) throw torrentNotFound(infoHash)
  return record
}
