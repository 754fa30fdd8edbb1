/** What may be asked of a URL: the checks on the caller's request and on what a redirect makes of it. */
import { RestTorrentError } from '../protocol/errors.ts'

const ownHeaders = [
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/** A request to one URL; `headers` are the caller's and never those that the connection decides. */
export interface OutwardRequest {
  readonly url: URL
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers: Headers
  readonly body: Uint8Array | string | undefined
}

/** The URL when it is http or https without credentials, else undefined. */
export function parseFetchableUrl(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base?.href)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return url.username === '' && url.password === '' ? url : undefined
}

/** The caller's headers; a malformed one, or one that the connection decides, is `invalid_parameter`. */
export function checkedHeaders(given: Readonly<Record<string, string>>): Headers {
  let headers: Headers
  try {
    headers = new Headers(given)
  } catch (cause) {
    throw new RestTorrentError('invalid_parameter', 'headers are malformed', { cause })
  }
  const own = ownHeaders.find((name) => headers.has(name))
  if (own !== undefined) throw new RestTorrentError('invalid_parameter', `header ${own} cannot be set`)
  return headers
}

/**
 * The request that a redirect asks for, or undefined when the answer is none. Headers and bodies stay with
 * their origin: headers but the user agent are left behind, a body that would have to travel is `fetch_failed`.
 */
export function redirected(
  request: OutwardRequest,
  status: number,
  location: string | undefined,
): OutwardRequest | undefined {
  if (!redirectStatuses.has(status) || location === undefined) return undefined
  const url = parseFetchableUrl(location, request.url)
  if (url === undefined) throw new RestTorrentError('fetch_failed', 'redirected to a URL that is not allowed')
  const becomesGet = request.method === 'POST' && status <= 303
  const body = becomesGet ? undefined : request.body
  const sameOrigin = url.origin === request.url.origin
  if (!sameOrigin && body !== undefined) {
    throw new RestTorrentError('fetch_failed', 'redirected a body to another origin')
  }
  const headers = sameOrigin ? new Headers(request.headers) : userAgentOf(request.headers)
  if (becomesGet) headers.delete('content-type')
  return { url, method: becomesGet ? 'GET' : request.method, headers, body }
}

function userAgentOf(headers: Headers): Headers {
  const userAgent = headers.get('user-agent')
  return new Headers(userAgent === null ? undefined : { 'user-agent': userAgent })
}
