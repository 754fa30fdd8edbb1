/** The command that shows what a session has done. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { sessionStatistics } from './session-statistics.ts'

/** Part of the command table. */
export const statisticsCommands = {
  get_session_statistics: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/statistics',
    scope: 'read',
    description: 'Shows what a session transferred, added, finished and removed, since start and in total.',
    input: z.strictObject({ session_id: sessionId }),
    output: sessionStatistics,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
