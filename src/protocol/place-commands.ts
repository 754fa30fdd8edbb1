/** The commands on where the files of torrents lie, and what room there is. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'

/** Part of the command table. */
export const placeCommands = {
  get_free_space: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/free_space',
    scope: 'read',
    description: 'Shows how much room there is where a path of a session leads, which need not exist yet.',
    input: z.strictObject({
      session_id: sessionId,
      path: z
        .string()
        .max(4096)
        .default('.')
        .describe('folder: relative to the root folder, or absolute inside it'),
    }),
    output: z.object({
      path: z.string().describe('relative to the root folder'),
      free: z.number().describe('bytes that may still be written on the file system there'),
      total: z.number().describe('bytes of that file system'),
      quota_left: z
        .number()
        .nullable()
        .describe('bytes that torrents to come may have by quotas of session and key; null: no bound'),
    }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
