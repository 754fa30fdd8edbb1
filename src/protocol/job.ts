/** What takes too long for an answer: a job, which is asked for, followed and called off by its id. */
import * as z from 'zod'
import { wireError } from './torrent.ts'

/**
 * `queued` → its session's turn → `running` → `done`, or `failed` with its error. Called off, it is
 * `cancelled`. The end of the process leads a running job back to `queued` where it can be carried on, else
 * to `failed` with `interrupted`.
 */
export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

/** A job's id: a random UUID. */
export const jobId = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { error: 'must be the id of a job' })

/** A job as callers see it. */
export const job = z.object({
  id: z.string(),
  kind: z.string().describe('the command that began it'),
  state: z.enum(jobStates),
  progress: z.number().describe('0…1'),
  result: z.record(z.string(), z.unknown()).optional().describe('what came of it, in the state done'),
  error: wireError.optional().describe('why, in the state failed'),
  session_id: z.string().optional(),
  info_hash: z.string().optional(),
  created_at: z.number().describe('milliseconds since the epoch'),
  finished_at: z.number().nullable().describe('null until it is done, failed or cancelled'),
})
export type Job = z.output<typeof job>

/** A job as it is kept. */
export const jobRecord = z.object({
  job,
  /** Prefix of the key that made its session, or, without a session, the job; null for none. */
  owner: z.string().nullable(),
  /** What it was begun with, for its kind to read. */
  parameters: z.unknown(),
})
export type JobRecord = z.output<typeof jobRecord>

/** Whether nothing will change of the job any more. */
export function isFinished({ state }: Job): boolean {
  return state !== 'queued' && state !== 'running'
}

/** The job as it is listed and told of: without the metainfo that may be in its result. */
export function briefJob(job: Job): Job {
  if (job.result?.['metainfo'] === undefined) return job
  const { metainfo: _metainfo, ...result } = job.result
  return { ...job, result }
}
