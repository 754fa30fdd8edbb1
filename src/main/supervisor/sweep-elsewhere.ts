/**
 * Finishes at a start renames that a process before has begun, and removes what moves and renames have left beside the
 * files that are in use.
 */
import { toWireError } from '../../protocol/errors.ts'
import { isFinished } from '../../protocol/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { Relocation } from './relocation.ts'
import { finishRename, type PathRename } from './rename-path.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

/** Of torrents that are there and that no job goes on with; what fails is left for the next start. Never rejects. */
export async function sweepElsewhere(
  sessions: Iterable<SessionSupervisor>,
  relocation: Relocation,
  tasks: PathRename['tasks'],
  jobs: Pick<Jobs, 'newest'>,
  log: Log,
): Promise<void> {
  const { signal } = new AbortController() // a rename is short
  const moving = new Set(
    jobs.newest().flatMap(({ job }) => (isFinished(job) ? [] : [`${job.session_id}/${job.info_hash}`])),
  )
  for (const session of sessions) {
    for (const record of [...session.records.torrents.values()]) {
      const { renaming, elsewhere, source } = record
      const isLeft = elsewhere !== undefined && !moving.has(`${session.id}/${record.infoHash}`)
      if (!isLeft && renaming === undefined) continue
      const { rawInfo = new Uint8Array() } = source
      const finish = async (): Promise<void> => {
        if (isLeft) await relocation.sweep(session, record)
        await finishRename({ tasks, relocation, session, record, rawInfo, signal })
      }
      await finish().catch((error: unknown) => {
        const { code, message } = toWireError(error)
        log.warn({ session: session.id, info_hash: record.infoHash, code }, `copies were left: ${message}`)
      })
    }
  }
}
