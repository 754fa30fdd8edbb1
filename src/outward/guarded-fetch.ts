/**
 * The one way in which main fetches a URL that somebody else chose. Every hop is resolved once, every
 * address found is judged before anything is dialled, and the connection goes to a judged address.
 * Failures name the host that was asked for and nothing of what was found behind it.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressPolicy } from '../protocol/address-policy.ts'
import { RestTorrentError, type ErrorCode } from '../protocol/errors.ts'
import { readBody } from './body-cap.ts'
import { connectThrough, type Via } from './connect-through.ts'
import { connectTo } from './connect-to.ts'
import { exchange } from './exchange.ts'
import { checkedHeaders, parseFetchableUrl, redirected, type OutwardRequest } from './outward-request.ts'

/** What a fetch may reach, how much it may bring and how long it may take. */
export interface FetchOptions {
  policy: Pick<AddressPolicy, 'allows'>
  /** The cap of the body, on the wire and decompressed. */
  maxBytes: number
  method?: OutwardRequest['method']
  /** Sent to the URL's own origin only; host, lengths, encodings and cookies cannot be set. */
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array | string
  /** For the connection and its TLS handshake, each hop anew; 5000 when absent. */
  connectTimeoutMs?: number
  /** For everything from the first DNS query to the last byte; 30000 when absent. */
  deadlineMs?: number
  /** 3 when absent. */
  maxRedirects?: number
  /** Ends the fetch at once. */
  signal?: AbortSignal
  /** Name servers as `address` or `address:port`; the system's when absent. */
  nameservers?: readonly string[]
  /** A proxy that every hop goes through. */
  via?: Via | undefined
}

/** A 2xx answer; `body` is decompressed in a buffer of its own, `url` is where the redirects ended. */
export interface Fetched {
  status: number
  headers: IncomingHttpHeaders
  body: Uint8Array
  url: string
}

/**
 * Fetches an http or https URL. Rejects with `invalid_parameter` for a URL or header that cannot be used,
 * `address_not_allowed` when any address of a hop is refused by the policy, and `fetch_failed` for all else,
 * also a status other than 2xx, which is then in `details.status`.
 */
export async function guardedFetch(text: string, options: FetchOptions): Promise<Fetched> {
  const url = parseFetchableUrl(text)
  if (url === undefined) {
    throw new RestTorrentError('invalid_parameter', 'url must be http or https and hold no credentials')
  }
  const { method = 'GET', body } = options
  const request = { url, method, headers: checkedHeaders(options.headers ?? {}), body }
  const deadline = AbortSignal.timeout(options.deadlineMs ?? 30_000)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal])
  try {
    return await follow(request, options, signal)
  } catch (error) {
    throw shownFailure(url.host, error, deadline)
  }
}

async function follow(first: OutwardRequest, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  let request = first
  for (let left = options.maxRedirects ?? 3; left >= 0; left -= 1) {
    const outcome = await hop(request, options, signal)
    if ('status' in outcome) return outcome
    request = outcome
  }
  throw new RestTorrentError('fetch_failed', 'too many redirects')
}

async function hop(
  request: OutwardRequest,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched | OutwardRequest> {
  const { via } = options
  const socket = await (via === undefined
    ? connectTo(request.url, { ...options, signal })
    : connectThrough(via, request.url, { ...options, signal }))
  try {
    const response = await exchange(request, socket, signal)
    const { statusCode: status = 0, headers } = response
    const next = redirected(request, status, headers.location)
    if (next !== undefined) return next
    if (status < 200 || status > 299) {
      throw new RestTorrentError('fetch_failed', `answered ${status}`, { details: { status } })
    }
    return { status, headers, body: await readBody(response, options.maxBytes), url: request.url.href }
  } finally {
    socket.destroy()
  }
}

function shownFailure(host: string, error: unknown, signal: AbortSignal): RestTorrentError {
  const shown = (code: ErrorCode, reason: string, details?: Record<string, unknown>): RestTorrentError =>
    new RestTorrentError(code, `${host}: ${reason}`, { cause: error, ...(details && { details }) })
  if (signal.aborted) return shown('fetch_failed', 'timed out')
  if (error instanceof RestTorrentError) return shown(error.code, error.message, error.details)
  return shown('fetch_failed', 'sent an answer that could not be read')
}
