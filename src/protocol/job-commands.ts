/** The commands on jobs. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { job, jobId, jobStates } from './job.ts'
import { integer } from './parameters.ts'

/** Part of the command table. */
export const jobCommands = {
  get_jobs: {
    method: 'GET',
    path: '/v1/jobs',
    scope: 'read',
    description: 'Lists jobs, the newest first; those that ended stay for a week, 1,000 of a session.',
    input: z.strictObject({
      session_id: sessionId.optional().describe('only jobs of this session'),
      state: z
        .enum(jobStates, { error: `must be one of ${jobStates.join(', ')}` })
        .optional()
        .describe('only jobs in this state'),
      limit: integer(1, 1000).default(100).describe('jobs at the most'),
      before: jobId.optional().describe('only jobs that began before this one'),
    }),
    output: z.object({ jobs: z.array(job) }),
    jsonp: false,
  },
  get_job: {
    method: 'GET',
    path: '/v1/jobs/{job_id}',
    scope: 'read',
    description: 'Shows one job.',
    input: z.strictObject({ job_id: jobId }),
    output: z.object({ job }),
    jsonp: false,
  },
  cancel_job: {
    method: 'POST',
    path: '/v1/jobs/{job_id}/cancel',
    scope: 'control',
    description: 'Calls a job off, as far as it still can be; one that has ended stays as it is.',
    input: z.strictObject({ job_id: jobId }),
    output: z.object({ job }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
