/** The commands on jobs. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { briefJob, type Job } from '../../protocol/job.ts'
import type { Access } from '../access/access.ts'
import { coversJob } from '../access/covers-job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { Handlers } from './reply.ts'

type JobHandlers = Pick<Handlers, 'get_jobs' | 'get_job' | 'cancel_job'>

/** The handlers of the commands on jobs: what is not the caller's is as what is not there. */
export function jobHandlers(jobs: Jobs, supervisor: Pick<Supervisor, 'session'>): JobHandlers {
  const find = (id: string, access: Access): Job => {
    const record = jobs.get(id)
    if (record !== undefined && coversJob(access, record)) return record.job
    throw new RestTorrentError('job_not_found', 'job not found')
  }
  return {
    get_jobs: ({ session_id, state, limit, before }, { access }) => {
      if (session_id !== undefined) supervisor.session(session_id)
      const newest = jobs.newest()
      if (before !== undefined) {
        const { id } = find(before, access)
        newest.splice(0, newest.findIndex(({ job }) => job.id === id) + 1)
      }
      const listed = newest
        .filter((record) => coversJob(access, record))
        .map(({ job }) => job)
        .filter((job) => session_id === undefined || job.session_id === session_id)
        .filter((job) => state === undefined || job.state === state)
        .slice(0, limit)
        .map(briefJob)
      return { value: { jobs: listed } }
    },
    get_job: ({ job_id }, { access }) => {
      const found = find(job_id, access)
      // an announce URL in metainfo may hold a passkey
      return { value: { job: access.scope === 'read' ? briefJob(found) : found } }
    },
    cancel_job: ({ job_id }, { access }) => {
      const found = find(job_id, access)
      return { value: { job: jobs.cancel(job_id) ?? found } }
    },
  }
}
