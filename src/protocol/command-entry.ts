/** What one entry of the command table says. */
import type * as z from 'zod'
import type { Scope } from './access.ts'

/** One public operation. `path` names its path parameters in braces; they are fields of `input`. */
export interface CommandEntry {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly scope: Scope
  readonly description: string
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  /** False where a script tag must never read the answer. */
  readonly jsonp: boolean
  /** Of a success; 202 where a job is begun. */
  readonly status?: 200 | 202
  /** On one torrent: `<name>s` does the same to many, see `bulkCommands`. */
  readonly bulk?: true
  /** What a success over REST is instead, where the caller asks for a file. */
  readonly media?: string
  /** A POST that may be repeated without harm: no Idempotency-Key is heeded. */
  readonly runsAnew?: true
  /** Its answer holds a secret that is shown once: it is not kept for a repeat with the same Idempotency-Key. */
  readonly shownOnce?: true
  /** What is refused while the server is overloaded: the command, only with `url`, or only without `limit`. */
  readonly sheds?: 'always' | 'url' | 'unpaged'
}
