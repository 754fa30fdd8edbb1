/**
 * Turns replies and failures into responses. Headers stay plain records and bodies bytes or strings,
 * because then the server writes them as they are, without a Headers object or a stream.
 */
import { errorStatus } from '../../protocol/errors.ts'
import { failureBody, successBody, type Log } from '../handlers/answer.ts'
import type { Freshness, Reply } from '../handlers/reply.ts'
import { namesTag } from './entity-tag.ts'
import { constantHeaders } from './headers.ts'

const json = 'application/json'

/** The response of a success; 304 where If-None-Match names the body that is ready. */
export function replyResponse(reply: Reply<object>, ifNoneMatch?: string): Response {
  if (!('ready' in reply))
    return jsonResponse(200, successBody(reply.value), freshnessHeaders(reply.freshness))
  const { etag, bytes } = reply.ready
  const headers: Record<string, string> = {
    ...constantHeaders,
    'Cache-Control': 'no-cache',
    ETag: etag,
    ...freshnessHeaders(reply.freshness),
  }
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, etag)) {
    return new Response(null, { status: 304, headers })
  }
  headers['Content-Type'] = json
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 200, headers })
}

/** The response of a failure, with the status of its code; 429 and 503 say when to try again. */
export function failureResponse(error: unknown, log: Log, headers: Record<string, string> = {}): Response {
  const body = failureBody(error, log)
  const status = errorStatus[body.error.code]
  const retry: Record<string, string> = status === 429 || status === 503 ? { 'Retry-After': '1' } : {}
  return jsonResponse(status, body, { ...retry, ...headers })
}

/** A body as JSON that is not to be stored. */
export function jsonResponse(status: number, body: object, headers: Record<string, string> = {}): Response {
  return textResponse(status, JSON.stringify(body), json, headers)
}

/** A body of any type that is not to be stored. */
export function textResponse(
  status: number,
  body: string,
  contentType: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(body, {
    status,
    headers: { ...constantHeaders, 'Cache-Control': 'no-store', 'Content-Type': contentType, ...headers },
  })
}

/** How old a read is, as headers; none where the reply does not say. */
export function freshnessHeaders(freshness: Freshness | undefined): Record<string, string> {
  if (freshness === undefined) return {}
  return {
    'Snapshot-Age-Ms': String(Math.max(0, Math.round(freshness.ageMs))),
    'Snapshot-Stale': freshness.stale ? '1' : '0',
  }
}
