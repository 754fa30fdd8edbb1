import { isTrackerUrl } from '../../../protocol/torrent-urls.ts'

/** A tracker's URL as it was given, and what is needed to reach it. */
export interface TrackerUrl {
  readonly text: string
  readonly kind: 'http' | 'udp' | 'unsupported'
  /** The host as a WHATWG URL spells it, an IPv6 address in brackets. */
  readonly hostname: string
  readonly port: number
  /** Path and query, `/` at least. */
  readonly path: string
  /** Why an unsupported one is never announced to. */
  readonly reason: string | undefined
}

/** What a tracker's URL says; one that cannot be used is `unsupported` with its reason. */
export function readTrackerUrl(text: string): TrackerUrl {
  if (!isTrackerUrl(text) || URL.parse(text)?.hostname === '') return unsupported(text, 'not a tracker url')
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase()
  if (scheme === 'ws' || scheme === 'wss') return unsupported(text, 'websocket trackers are not supported')
  // Hosts of schemes that the URL parser does not know stay as they were written: http's rules are borrowed.
  const url = URL.parse(scheme === 'udp' ? `http${text.slice(3)}` : text)
  if (url === null) return unsupported(text, 'not a tracker url')
  return {
    text,
    kind: scheme === 'udp' ? 'udp' : 'http',
    hostname: url.hostname,
    port: Number(url.port || (scheme === 'https' ? 443 : 80)),
    path: url.pathname + url.search,
    reason: undefined,
  }
}

/** The URL's host and port: the server that answers or is silent. */
export function serverOf({ kind, hostname, port }: TrackerUrl): string {
  return `${kind}://${hostname}:${port}`
}

function unsupported(text: string, reason: string): TrackerUrl {
  return { text, kind: 'unsupported', hostname: '', port: 0, path: '/', reason }
}
