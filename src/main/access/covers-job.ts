import type { Job } from '../../protocol/job.ts'
import type { Access } from './access.ts'

/** Whether a job is the caller's to see: as its session is, or, without one, where the caller began it. */
export function coversJob(access: Access, { job, owner }: { job: Job; owner: string | null }): boolean {
  if (job.session_id !== undefined) return access.covers(job.session_id, owner)
  return access.seesAll || (owner !== null && owner === access.key)
}
