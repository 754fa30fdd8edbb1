/** The commands that show what was transferred over time. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { historySeries, historyStepNames } from './history.ts'
import { infoHash, sessionId } from './ids.ts'
import { integer } from './parameters.ts'

const time = integer(0, 8_640_000_000_000_000)
const range = {
  step: z
    .enum(historyStepNames, { error: `must be one of ${historyStepNames.join(', ')}` })
    .default('minute')
    .describe(
      'length of a bucket: minutes are kept for a day, hours for 31 days, days as long as what they are of',
    ),
  from: time
    .optional()
    .describe('milliseconds since the epoch; default: 24 hours, 31 days or 366 days before to'),
  to: time.optional().describe('milliseconds since the epoch; default: now'),
}

/** Part of the command table. */
export const historyCommands = {
  get_session_history: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/history',
    scope: 'read',
    description: 'Shows what a session transferred over time; what its removed torrents did stays in it.',
    input: z.strictObject({ session_id: sessionId, ...range }),
    output: historySeries,
    jsonp: false,
  },
  get_torrent_history: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/history',
    scope: 'read',
    description: 'Shows what a torrent transferred over time.',
    input: z.strictObject({ session_id: sessionId, info_hash: infoHash, ...range }),
    output: historySeries,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
