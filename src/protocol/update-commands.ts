/** The command for those that ask again and again instead of following: what changed since they asked last. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { subscribe, topics } from './live.ts'
import { sessionView } from './session.ts'
import { torrentRow } from './torrent.ts'

const { session_id, fields, session_fields } = subscribe.shape
const updateTopics = topics.filter((topic) => topic !== 'events')

/** The parameters of `get_updates`: those of `subscribe` without an interval. */
export const getUpdates = z.strictObject({
  topic: z
    .enum(updateTopics, { error: `must be one of ${updateTopics.join(', ')}` })
    .describe('what to be told of'),
  session_id,
  fields,
  session_fields,
  since: z
    .string()
    .max(100)
    .optional()
    .describe('revision of the last answer; without it everything is told'),
})
export type GetUpdates = z.output<typeof getUpdates>

const changed = z.array(z.record(z.string(), z.unknown())).describe('its name and the fields that changed')
const removed = z.array(z.string())

/** Part of the command table. */
export const updateCommands = {
  get_updates: {
    method: 'GET',
    path: '/v1/updates',
    scope: 'read',
    description:
      'Tells what changed since a revision: what `subscribe` pushes, for those that ask again and again.',
    input: getUpdates,
    output: z.object({
      topic: z.string(),
      session_id: z.string().optional(),
      from: z
        .string()
        .optional()
        .describe('the since of the request; absent where it is not known any more: forget all known before'),
      revision: z.string().describe('to be given as since the next time'),
      sessions: z
        .object({ added: z.array(sessionView.partial()), changed, removed })
        .optional()
        .describe('a session that was added or removed has none of the torrents known of it'),
      torrents: z
        .array(z.object({ session_id: z.string(), added: z.array(torrentRow.partial()), changed, removed }))
        .optional(),
    }),
    jsonp: true,
  },
} as const satisfies Record<string, CommandEntry>
