/** Which finished jobs are forgotten. */
import { isFinished, type Job } from '../../protocol/job.ts'

const maxAgeMs = 7 * 24 * 60 * 60 * 1000
const mostOfSession = 1000
const mostInAll = 10_000

/** The ids of the jobs that are to be forgotten, of `jobs` in the order in which they began. */
export function jobSurplus(jobs: Iterable<Job>, now: number): string[] {
  const ofSession = new Map<string, number>()
  const surplus: string[] = []
  let kept = 0
  for (const job of [...jobs].reverse()) {
    if (!isFinished(job)) continue
    const { id, session_id = '', finished_at } = job
    const those = ofSession.get(session_id) ?? 0
    if (kept < mostInAll && those < mostOfSession && (finished_at ?? 0) > now - maxAgeMs) {
      ofSession.set(session_id, those + 1)
      kept += 1
    } else surplus.push(id)
  }
  return surplus
}
