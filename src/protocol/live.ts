/**
 * What is pushed to those that follow: updates of sessions and torrents, and events. A follower that applies
 * every update in turn always has what a fresh list would show.
 */
import * as z from 'zod'
import { fieldList } from './field-list.ts'
import { sessionId } from './ids.ts'
import { job } from './job.ts'
import { integer } from './parameters.ts'
import { sessionView, type SessionView } from './session.ts'
import { torrentRow, type TorrentRow } from './torrent.ts'

/** The fields of a session that can be followed; `id` always comes. */
export const sessionFields = Object.keys(sessionView.shape) as (keyof SessionView)[]
/** The fields of a torrent that can be followed; `info_hash` always comes. */
export const torrentFields = Object.keys(torrentRow.shape) as (keyof TorrentRow)[]

/** What can be followed: the sessions, the torrents of one session, sessions with all their torrents, or events. */
export const topics = ['sessions', 'torrents', 'all', 'events'] as const
export type Topic = (typeof topics)[number]

export const minIntervalMs = 250
/** The parameters of `subscribe`. A subscription to the same topic and session takes the place of the one before. */
export const subscribe = z.strictObject({
  topic: z.enum(topics, { error: `must be one of ${topics.join(', ')}` }).describe('what to follow'),
  session_id: sessionId.optional().describe('the session, for the topic torrents'),
  fields: fieldList([...new Set([...torrentFields, ...sessionFields])])
    .optional()
    .describe('fields of the torrents, or of the sessions for the topic sessions; default: all'),
  session_fields: fieldList(sessionFields)
    .optional()
    .describe('fields of the sessions for the topic all; default: all'),
  interval_ms: integer(minIntervalMs, 3_600_000)
    .default(1000)
    .describe('least time between two updates; one that was up to 20 ms late does not put off the next'),
  since: z
    .string()
    .max(100)
    .optional()
    .describe('revision, or id of the event, up to which the caller has everything'),
})
export type Subscribe = z.output<typeof subscribe>

/** The parameters of `unsubscribe`. */
export const unsubscribe = z.strictObject({
  topic: z.enum(topics, { error: `must be one of ${topics.join(', ')}` }),
  session_id: sessionId.optional().describe('the session, for the topic torrents'),
})

/** Commands that belong to a connection, so that they exist over Socket.IO only. */
export const liveCommands = {
  subscribe: {
    description: 'Follows a topic: the answer has what is there, and `v1.update` or `v1.event` follow.',
    input: subscribe,
  },
  unsubscribe: { description: 'Follows a topic no longer.', input: unsubscribe },
} as const
export type LiveCommand = keyof typeof liveCommands

export function isLiveCommand(value: unknown): value is LiveCommand {
  return typeof value === 'string' && Object.hasOwn(liveCommands, value)
}

/** Rows of which only what changed is told. An optional field that is gone is null. */
export interface RowChanges<Row> {
  /** Whole rows, as far as their fields are followed; one that is known already begins anew at the end. */
  readonly added: readonly Partial<Row>[]
  /** The key and the changed fields. */
  readonly changed: readonly Partial<Row>[]
  readonly removed: readonly string[]
}

/** One step from the revision `from` to `revision`; one that begins elsewhere than the last ended is a gap. */
export interface LiveUpdate {
  readonly topic: Topic
  readonly session_id?: string
  /** Absent where everything known before is to be forgotten. */
  readonly from?: string
  readonly revision: string
  /** A session that was added or removed has none of the torrents that were known of it. */
  readonly sessions?: RowChanges<SessionView>
  readonly torrents?: readonly ({ readonly session_id: string } & RowChanges<TorrentRow>)[]
}

/** What happened. `state` and `before` are of the session or torrent that it happened to. */
export const liveEvent = z.object({
  id: z.string().describe('in the order of what happened; to be given as since'),
  type: z.enum([
    'session_state',
    'torrent_added',
    'torrent_state',
    'torrent_finished',
    'torrent_error',
    'torrent_removed',
    'job',
    'key_revoked',
  ]),
  at: z.number().describe('milliseconds since the epoch'),
  session_id: z.string().optional(),
  info_hash: z.string().optional(),
  name: z.string().optional(),
  state: z.string().optional().describe('deleted: the session is gone'),
  before: z.string().optional(),
  error: torrentRow.shape.error,
  job: job.optional().describe('as it is now'),
  key: z.string().optional().describe('prefix of the key'),
})
export type LiveEvent = z.output<typeof liveEvent>
