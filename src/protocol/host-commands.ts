/** The commands on what the whole process may use. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { hostInput, hostView } from './host.ts'

/** Part of the command table. */
export const hostCommands = {
  get_host: {
    method: 'GET',
    path: '/v1/host',
    scope: 'admin',
    description: 'Shows what all sessions together may use, and what they use.',
    input: z.strictObject({}),
    output: hostView,
    jsonp: false,
  },
  update_host: {
    method: 'PATCH',
    path: '/v1/host',
    scope: 'admin',
    description: 'Changes what all sessions together may use, at once; what is not given stays as it is.',
    input: z.strictObject(hostInput),
    output: hostView,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
