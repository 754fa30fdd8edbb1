/** The proxy by which a session asks its trackers: how its setting is read, and shown. */

const written =
  /^(http|socks5):\/\/(?:([^:@/?#\\\s]+):([^:@/?#\\\s]+)@)?(\[[\da-f:.]+\]|[^:@/?#\\\s[\]]+):(\d{1,5})\/?$/i
/** What a SOCKS5 proxy can be told of either (RFC 1929). */
const mostCredentialBytes = 255

/** Where a proxy listens, and how it is spoken to. */
export interface TrackerProxy {
  readonly kind: 'http' | 'socks5'
  /** Of the proxy itself: the host as a WHATWG URL spells it, and the port. */
  readonly url: URL
  /** Of SOCKS5 only. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
}

/** What a setting that is not empty says; undefined where it cannot be read. */
export function parseTrackerProxy(text: string): TrackerProxy | undefined {
  const [, scheme = '', user, password, host = '', port = ''] = written.exec(text) ?? []
  const kind = scheme.toLowerCase() === 'http' ? 'http' : 'socks5'
  const url = URL.parse(`http://${host}:${port}`)
  if (url === null || Number(port) === 0) return undefined
  if (user === undefined || password === undefined) return { kind, url, credentials: undefined }
  const credentials = { user: unescaped(user), password: unescaped(password) }
  const isUsable = kind === 'socks5' && Object.values(credentials).every(isSayable)
  return isUsable ? { kind, url, credentials } : undefined
}

/** The setting as it is shown: without its credentials. */
export function shownTrackerProxy(setting: string): string {
  return setting.replace(/\/\/.*@/s, '//***@')
}

/** Empty for what is escaped wrongly. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function isSayable(text: string): boolean {
  const { length } = new TextEncoder().encode(text)
  return length > 0 && length <= mostCredentialBytes
}
