/** The command that shows how much of its quotas somebody has used. */
import * as z from 'zod'
import { keyPrefix } from './access.ts'
import type { CommandEntry } from './command-entry.ts'
import { quotaNames } from './quotas.ts'

/** One quota of a key, for all sessions that it made together, or of a session. */
export const quotaRow = z.object({
  key: keyPrefix.nullable().describe('whose quota it is; null for one of a session'),
  session_id: z.string().nullable().describe('whose quota it is; null for one of a key'),
  quota: z.enum(quotaNames),
  bound: z.number(),
  used: z
    .number()
    .describe('of transfer_month since the first of the month (UTC); of peers and rates what is shared out'),
})
export type QuotaRow = z.output<typeof quotaRow>

/** Part of the command table. */
export const quotaCommands = {
  get_quotas: {
    method: 'GET',
    path: '/v1/quotas',
    scope: 'read',
    description:
      'Lists the quotas of the key that asks and of the sessions that it sees, with what is used of each; for an admin of all sessions those of every key.',
    input: z.strictObject({}),
    output: z.object({ quotas: z.array(quotaRow) }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
