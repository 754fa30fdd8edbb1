/** The commands on API keys. */
import * as z from 'zod'
import { keyEntry, keyPrefix, scopes } from './access.ts'
import { auditRow } from './audit.ts'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { integer, text } from './parameters.ts'
import { quotaInput } from './quotas.ts'
import { rootPath } from './root-path.ts'

const sessions = z
  .union(
    [
      z.literal('all'),
      z
        .union([z.string().transform((list) => list.split(',').map((id) => id.trim())), z.array(z.string())])
        .pipe(z.array(sessionId).max(1000)),
    ],
    { error: 'must be all, or ids of sessions' },
  )
  .describe('all, or ids separated by commas; default: all for admin, else only those that it creates')

/** Part of the command table. */
export const accessCommands = {
  create_key: {
    method: 'POST',
    path: '/v1/keys',
    scope: 'admin',
    description: 'Makes an API key; this answer is the only one that shows it.',
    input: z.strictObject({
      name: text(200).default('').describe('a label of your own'),
      scope: z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }),
      sessions: sessions.optional(),
      root: rootPath
        .optional()
        .describe(
          'folder below the root folder, "." for that itself; default: "." for an admin of all sessions, else a folder of the prefix as name',
        ),
      ...quotaInput,
      rate_limit: integer(0, 100_000).default(0).describe('requests and commands a second; 0: any number'),
    }),
    output: z.object({ api_key: z.string().describe('the key itself'), key: keyEntry }),
    shownOnce: true,
    jsonp: false,
  },
  get_key_list: {
    method: 'GET',
    path: '/v1/keys',
    scope: 'admin',
    description: 'Lists the API keys by their prefixes.',
    input: z.strictObject({}),
    output: z.object({ keys: z.array(keyEntry) }),
    jsonp: false,
  },
  revoke_key: {
    method: 'DELETE',
    path: '/v1/keys/{prefix}',
    scope: 'admin',
    description: 'Ends an API key at once, also on sockets that are open; its sessions stay.',
    input: z.strictObject({ prefix: keyPrefix }),
    output: z.object({}),
    jsonp: false,
  },
  get_audit_log: {
    method: 'GET',
    path: '/v1/audit',
    scope: 'admin',
    description: 'Lists what was changed, or was meant to be, by whom and from where; the newest first.',
    input: z.strictObject({
      limit: integer(1, 1000).default(100).describe('entries at the most'),
      before: integer(1, Number.MAX_SAFE_INTEGER).optional().describe('only entries with a smaller id'),
    }),
    output: z.object({ entries: z.array(auditRow) }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
