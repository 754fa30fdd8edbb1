/** One attempt to hand an event to a webhook. */
import { createHmac } from 'node:crypto'
import { guardedFetch, type FetchOptions } from '../../outward/guarded-fetch.ts'
import { version } from '../../protocol/product.ts'
import type { Delivery } from '../../protocol/webhook.ts'

const deadlineMs = 10_000
/** Nothing of an answer is read but its status; a receiver that sends more than that has failed. */
const mostAnswerBytes = 64 * 1024

export interface Sending {
  readonly url: string
  readonly secret: string
  readonly delivery: Delivery
  /** JSON. */
  readonly body: string
}

/**
 * What a receiver checks: `t`, seconds since the epoch, and `v1`, the HMAC-SHA256 of `<t>.<body>` by the
 * webhook's secret, in hex. The time is in it so that nobody can send an old delivery again.
 */
export function signatureOf(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/** Sends it; gives the status of a 2xx answer. Rejects as `guardedFetch`; a redirect is not followed. */
export async function sendDelivery(
  { url, secret, delivery, body }: Sending,
  policy: FetchOptions['policy'],
  signal: AbortSignal,
): Promise<number> {
  const { status } = await guardedFetch(url, {
    policy,
    signal,
    deadlineMs,
    maxBytes: mostAnswerBytes,
    maxRedirects: 0,
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': `RestTorrent/${version}`,
      'resttorrent-delivery': delivery.id,
      'resttorrent-event': delivery.event,
      'resttorrent-signature': signatureOf(secret, body, Date.now()),
    },
  })
  return status
}
