/**
 * Turns replies and failures into status, headers and body. Headers are plain records and bodies bytes or
 * strings, because then the server writes them as they are, without a Headers object or a stream.
 */
import type { ServerResponse } from 'node:http'
import { errorStatus } from '../../protocol/errors.ts'
import { failureBody, successBody, type Log } from '../handlers/answer.ts'
import type { FileBody, Freshness, Reply } from '../handlers/reply.ts'
import { contentDisposition } from './content-disposition.ts'
import { namesTag } from './entity-tag.ts'
import { constantHeaders } from './headers.ts'

/** An HTTP answer as it is written. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  /** Text, or bytes one part after the other. */
  readonly body: string | readonly Uint8Array[] | null
}

const json = 'application/json'

/** The answer of a success; 304 where If-None-Match names the body that is ready. `status` is of one that is not. */
export function replyAnswer(reply: Reply<object>, ifNoneMatch?: string, status = 200): Answer {
  if ('file' in reply) return fileAnswer(reply.file)
  if (!('ready' in reply))
    return jsonAnswer(status, successBody(reply.value), freshnessHeaders(reply.freshness))
  const { etag } = reply.ready
  const { ageMs, stale } = reply.freshness
  // written out, since this is the answer that is asked for thousands of times a second
  const headers: Record<string, string> = {
    'Access-Control-Allow-Origin': constantHeaders['Access-Control-Allow-Origin'],
    'Access-Control-Expose-Headers': constantHeaders['Access-Control-Expose-Headers'],
    'Cache-Control': 'no-cache',
    ETag: etag,
    'Snapshot-Age-Ms': String(Math.max(0, Math.round(ageMs))),
    'Snapshot-Stale': stale ? '1' : '0',
  }
  if (ifNoneMatch !== undefined && (ifNoneMatch === etag || namesTag(ifNoneMatch, etag))) {
    return { status: 304, headers, body: null }
  }
  headers['Content-Security-Policy'] = constantHeaders['Content-Security-Policy']
  headers['Referrer-Policy'] = constantHeaders['Referrer-Policy']
  headers['X-Content-Type-Options'] = constantHeaders['X-Content-Type-Options']
  headers['Content-Type'] = json
  return { status: 200, headers, body: reply.ready.parts() }
}

/** Whatever is in its name, a file is saved and never shown. */
function fileAnswer({ name, contentType, bytes }: FileBody): Answer {
  const headers = {
    ...constantHeaders,
    'Cache-Control': 'no-store',
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition('attachment', name),
  }
  return { status: 200, headers, body: [bytes] }
}

const later = { 'Retry-After': '1' }
const headersOfStatus: Partial<Record<number, Record<string, string>>> = {
  401: { 'WWW-Authenticate': 'Bearer' },
  429: later,
  503: later,
}

/** The answer of a failure, with the status of its code; 429 and 503 say when to try again. */
export function failureAnswer(error: unknown, log: Log, headers: Record<string, string> = {}): Answer {
  const body = failureBody(error, log)
  const status = errorStatus[body.error.code]
  return jsonAnswer(status, body, { ...headersOfStatus[status], ...headers })
}

/** A body as JSON that is not to be stored. */
export function jsonAnswer(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return textAnswer(status, JSON.stringify(body), json, headers)
}

/** A body of any type that is not to be stored. */
export function textAnswer(
  status: number,
  body: string,
  contentType: string,
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    headers: { ...constantHeaders, 'Cache-Control': 'no-store', 'Content-Type': contentType, ...headers },
    body,
  }
}

/** How old a read is, as headers; none where the reply does not say. */
export function freshnessHeaders(freshness: Freshness | undefined): Record<string, string> {
  if (freshness === undefined) return {}
  return {
    'Snapshot-Age-Ms': String(Math.max(0, Math.round(freshness.ageMs))),
    'Snapshot-Stale': freshness.stale ? '1' : '0',
  }
}

/** The answer as hono wants it. */
export function responseOf({ status, headers, body }: Answer): Response {
  const bytes = typeof body === 'object' && body !== null ? Buffer.concat(body) : body
  return new Response(bytes, { status, headers })
}

/** Sends the answer as it is, without hono. */
export function writeAnswer({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  if (typeof body !== 'object') {
    headers['Content-Length'] = String(Buffer.byteLength(body))
    outgoing.writeHead(status, headers).end(body)
    return
  }
  const parts = body ?? []
  if (body !== null) headers['Content-Length'] = String(parts.reduce((sum, { length }) => sum + length, 0))
  outgoing.writeHead(status, headers)
  // what is written in one turn leaves by one call of the system, and is not copied for it
  for (const part of parts.slice(0, -1)) outgoing.write(part)
  outgoing.end(parts.at(-1))
}
