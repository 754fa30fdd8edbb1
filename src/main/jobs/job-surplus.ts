/** Which finished jobs are forgotten. */
import { isFinished, type Job } from '../../protocol/job.ts'

const maxAgeMs = 7 * 24 * 60 * 60 * 1000
const mostOfSession = 1000
const mostInAll = 10_000
/** Characters of metainfo in the results of the jobs of one session, and of all. */
const longestOfSession = 16 * 1024 * 1024
const longestInAll = 64 * 1024 * 1024

interface Kept {
  readonly count: number
  readonly length: number
}

const none: Kept = { count: 0, length: 0 }

/** The ids of the jobs that are to be forgotten, of `jobs` in the order in which they began. */
export function jobSurplus(jobs: Iterable<Job>, now: number): string[] {
  const ofSession = new Map<string, Kept>()
  const surplus: string[] = []
  let inAll = none
  for (const job of [...jobs].reverse()) {
    if (!isFinished(job)) continue
    const { id, session_id = '', finished_at } = job
    const those = withJob(ofSession.get(session_id) ?? none, job)
    const all = withJob(inAll, job)
    const isYoung = (finished_at ?? 0) > now - maxAgeMs
    const fits = isWithin(all, mostInAll, longestInAll) && isWithin(those, mostOfSession, longestOfSession)
    if (isYoung && fits) {
      ofSession.set(session_id, those)
      inAll = all
    } else surplus.push(id)
  }
  return surplus
}

function withJob({ count, length }: Kept, { result }: Job): Kept {
  const metainfo = result?.['metainfo']
  return { count: count + 1, length: length + (typeof metainfo === 'string' ? metainfo.length : 0) }
}

function isWithin({ count, length }: Kept, most: number, longest: number): boolean {
  return count <= most && length <= longest
}
