/** What is followed by server-sent events, and the tickets for those that can send no header. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { subscribe } from './live.ts'
import { flag } from './parameters.ts'

/** The path of the stream. */
export const eventStreamPath = '/v1/events'

/** The parameters of the stream: those of `subscribe`, and whether events come beside updates. */
export const eventStream = z.strictObject({
  ...subscribe.shape,
  events: flag.default(false).describe('1: events too, beside the updates of another topic'),
  ticket: z.string().max(100).optional().describe('in place of a key, see create_ticket'),
})

/** Part of the command table. */
export const ticketCommands = {
  create_ticket: {
    method: 'POST',
    path: '/v1/tickets',
    scope: 'read',
    description: 'Makes a ticket for GET /v1/events, which sees what the caller sees, and nothing else.',
    input: z.strictObject({}),
    output: z.object({
      ticket: z.string().describe('to be given as the parameter ticket'),
      expires_at: z.number().describe('milliseconds since the epoch; a stream that was opened goes on'),
    }),
    runsAnew: true,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>

/** How far a follower has come: a revision and the id of an event, each empty where it does not follow that. */
export interface StreamPlace {
  readonly revision: string
  readonly event: string
}

/** A place as the `id` of a server-sent event. */
export function streamId({ revision, event }: StreamPlace): string {
  return `${revision}.${event}`
}

/** The place that an `id` says; a revision or the id of an event alone, as Socket.IO tells them, is both. */
export function streamPlace(id: string): StreamPlace {
  const [revision = '', event = revision] = id.split('.', 2)
  return { revision, event }
}
