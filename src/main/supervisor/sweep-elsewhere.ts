/** Removes at a start what moves and renames of a process before have left beside the files that are in use. */
import { toWireError } from '../../protocol/errors.ts'
import { isFinished } from '../../protocol/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { Relocation } from './relocation.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

/** Of torrents that are there and that no job goes on with; what fails is left for the next start. Never rejects. */
export async function sweepElsewhere(
  sessions: Iterable<SessionSupervisor>,
  relocation: Relocation,
  jobs: Pick<Jobs, 'newest'>,
  log: Log,
): Promise<void> {
  const moving = new Set(
    jobs.newest().flatMap(({ job }) => (isFinished(job) ? [] : [`${job.session_id}/${job.info_hash}`])),
  )
  for (const session of sessions) {
    for (const record of [...session.records.torrents.values()]) {
      if (record.elsewhere === undefined || moving.has(`${session.id}/${record.infoHash}`)) continue
      await relocation.sweep(session, record).catch((error: unknown) => {
        const { code, message } = toWireError(error)
        log.warn({ session: session.id, info_hash: record.infoHash, code }, `copies were left: ${message}`)
      })
    }
  }
}
