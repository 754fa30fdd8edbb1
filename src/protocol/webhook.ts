/** Webhooks: where the server tells of events by itself, and what came of each telling. */
import * as z from 'zod'
import { liveEvent } from './live.ts'
import { wireError } from './torrent.ts'

/** The events that a webhook can be told of. */
export const webhookEvents = liveEvent.shape.type.options

/** A webhook's or a delivery's id: a random UUID. */
export const webhookId = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

const kept = z.object({
  id: z.string(),
  url: z.string(),
  session_id: z.string().optional().describe('the session that it is told of; absent: all that its key sees'),
  events: z.array(z.string()),
  active: z.boolean().describe('false: it is told of nothing new'),
  created_at: z.number().describe('milliseconds since the epoch'),
})

/** A webhook as callers see it: its secret is never shown again. */
export const webhookView = kept.extend({
  waiting: z.int().describe('deliveries that have yet to be taken'),
  dropped: z.int().describe('events that it was not told of, as too many waited'),
})
export type WebhookView = z.output<typeof webhookView>

/** A webhook as it is kept. */
export const webhookRecord = z.object({
  webhook: kept,
  /** What its deliveries are signed with. */
  secret: z.string(),
  /** Prefix of the key that made it; null for none. */
  owner: z.string().nullable(),
})
export type WebhookRecord = z.output<typeof webhookRecord>

/** `waiting` → a 2xx answer → `delivered`; a day after its event, or where its webhook has ended, `failed`. */
export const deliveryStates = ['waiting', 'delivered', 'failed'] as const

/** One event told to one webhook. */
export const delivery = z.object({
  id: z.string().describe('the same in every attempt, so that a receiver knows a second one'),
  webhook_id: z.string(),
  event: z.string().describe('type of the event, or test'),
  state: z.enum(deliveryStates),
  attempts: z.int(),
  status: z.int().nullable().describe('HTTP status of the last answer; null where none came'),
  error: wireError.nullable().describe('why the last attempt failed'),
  created_at: z.number().describe('milliseconds since the epoch'),
  next_attempt_at: z.number().nullable().describe('null where none is planned, or one is under way'),
  finished_at: z.number().nullable().describe('null while it waits'),
})
export type Delivery = z.output<typeof delivery>

/** A delivery as it is kept; the body, as it is sent, while it waits. */
export const deliveryRecord = z.object({ delivery, body: z.string().optional() })
export type DeliveryRecord = z.output<typeof deliveryRecord>
