/** The commands on webhooks. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { nameList } from './field-list.ts'
import { sessionId } from './ids.ts'
import { flag, integer, text } from './parameters.ts'
import { delivery, deliveryStates, webhookEvents, webhookId, webhookView } from './webhook.ts'

const url = text(2000).describe('http or https, where events are sent by POST')
const events = nameList('events', webhookEvents)
const secret = text(200)
  .refine((value) => value.length >= 16, { error: 'must have at least 16 characters' })
  .describe('what deliveries are signed with; default: 32 random bytes as hex')

/** Part of the command table. */
export const webhookCommands = {
  create_webhook: {
    method: 'POST',
    path: '/v1/webhooks',
    scope: 'control',
    description: 'Has events sent to a URL; this answer is the only one that shows the secret.',
    input: z.strictObject({
      url,
      session_id: sessionId
        .optional()
        .describe('only events of this session; default: of all that the key sees'),
      events: events.default([...webhookEvents]).describe('types of events; default: all'),
      secret: secret.optional(),
    }),
    output: z.object({ webhook: webhookView, secret: z.string() }),
    shownOnce: true,
    jsonp: false,
  },
  get_webhooks: {
    method: 'GET',
    path: '/v1/webhooks',
    scope: 'control', // its URL may hold a key
    description: 'Lists the webhooks of the key, and to an administrator of all sessions every one.',
    input: z.strictObject({ session_id: sessionId.optional().describe('only those of this session') }),
    output: z.object({ webhooks: z.array(webhookView) }),
    jsonp: false,
  },
  update_webhook: {
    method: 'PATCH',
    path: '/v1/webhooks/{webhook_id}',
    scope: 'control',
    description: 'Changes a webhook; what is not given stays as it is, and what waits goes to the new URL.',
    input: z.strictObject({
      webhook_id: webhookId,
      url: url.optional(),
      events: events.optional().describe('types of events'),
      active: flag.optional().describe('0: it is told of nothing new'),
      secret: secret.optional(),
    }),
    output: z.object({ webhook: webhookView }),
    jsonp: false,
  },
  delete_webhook: {
    method: 'DELETE',
    path: '/v1/webhooks/{webhook_id}',
    scope: 'control',
    description: 'Ends a webhook with all that waits for it and its log.',
    input: z.strictObject({ webhook_id: webhookId }),
    output: z.object({}),
    jsonp: false,
  },
  test_webhook: {
    method: 'POST',
    path: '/v1/webhooks/{webhook_id}/test',
    scope: 'control',
    description: 'Sends an event of the type test, whose delivery is tried and logged like any other.',
    input: z.strictObject({ webhook_id: webhookId }),
    output: z.object({ delivery }),
    jsonp: false,
  },
  get_deliveries: {
    method: 'GET',
    path: '/v1/webhooks/{webhook_id}/deliveries',
    scope: 'control',
    description: 'Lists what was sent to a webhook and what came of it, the newest first.',
    input: z.strictObject({
      webhook_id: webhookId,
      state: z
        .enum(deliveryStates, { error: `must be one of ${deliveryStates.join(', ')}` })
        .optional()
        .describe('only deliveries in this state'),
      limit: integer(1, 1000).default(100).describe('deliveries at the most'),
    }),
    output: z.object({ deliveries: z.array(delivery) }),
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
