/** The audit log: one entry for each command that changes something, or was meant to. */
import * as z from 'zod'
import { errorStatus, type ErrorCode } from './errors.ts'

const codes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]

/** What is noted of a change. It names things and holds no content, so that no secret is in it. */
export const auditEntry = z.object({
  at: z.number().describe('when it was answered, milliseconds since the epoch'),
  key: z.string().nullable().describe('prefix of the key that was used; null: none was required'),
  address: z.string().describe('where the request came from'),
  transport: z.enum(['rest', 'socket']),
  command: z.string(),
  session_id: z.string().nullable(),
  info_hash: z.string().nullable(),
  key_prefix: z.string().nullable().describe('the key that was made or revoked'),
  result: z.union([z.literal('success'), z.enum(codes)]).describe('success, or the code of the failure'),
})
export type AuditEntry = z.output<typeof auditEntry>

/** An entry with its place: later ones have larger ids. */
export const auditRow = auditEntry.extend({ id: z.int() })
export type AuditRow = z.output<typeof auditRow>

/** Which entries: the newest that are older than `before`, or the newest of all. */
export interface AuditQuery {
  readonly before: number | undefined
  readonly limit: number
}
