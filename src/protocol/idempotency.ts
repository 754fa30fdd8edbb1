/** Calls that carry an Idempotency-Key: what is kept of the first, so that a repeat is answered the same. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'

/** What callers may send as their key: text of their own, unique among their calls of a day. */
export const idempotencyKey = z.string().regex(/^[\x20-\x7e]{1,255}$/)

/** The header that carries it over REST, in lower case. */
export const idempotencyHeader = 'idempotency-key'

/** How long an answer is kept. */
export const answersKeptMs = 24 * 3600 * 1000

/** Whether a command heeds an Idempotency-Key: those that HTTP does not promise to be idempotent by themselves. */
export function heedsIdempotencyKey({ method, runsAnew }: CommandEntry): boolean {
  return method === 'POST' && runsAnew !== true
}

/** What a call made, by its names; written in one transaction with the thing itself. */
export const madeThing = z.object({
  sessionId: z.string().optional(),
  infoHash: z.string().optional(),
  keyPrefix: z.string().optional(),
  jobId: z.string().optional(),
  webhookId: z.string().optional(),
})
export type MadeThing = z.output<typeof madeThing>

/** Names a call: SHA-256 of its Idempotency-Key in hex, and the prefix of its API key, '' for none. */
export interface CallName {
  readonly owner: string
  readonly key: string
}

/** What the store keeps of one call. */
export interface KeptAnswer extends CallName {
  /** SHA-256, in hex, of the command and its checked parameters. */
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly made: MadeThing
  /** The fields of the success as JSON; null before it is there, and for ever where it holds a secret. */
  readonly answer: string | null
  /** The run of the program that it is true in; null: it outlives that. */
  readonly run: string | null
}

/** Which answer is asked for: one that is true in this run and not older. */
export interface AnswerQuery extends CallName {
  readonly run: string
  readonly since: number
}

/** What is left of all answers: those of other runs and the old go first, then the oldest above these bounds. */
export interface AnswerBounds {
  readonly run: string
  readonly since: number
  readonly rowsOfKey: number
  readonly bytesOfKey: number
  readonly rows: number
  readonly bytes: number
}
