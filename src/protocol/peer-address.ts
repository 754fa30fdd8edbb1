/** Where a peer listens; `host` is an IPv4 or IPv6 address in its shortest form, never a name. */
export interface PeerAddress {
  host: string
  port: number
}

const addressAndPort = /^(?:\[([0-9a-f:.]{2,45})\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/i

/** The peer that `ip:port` or `[ip]:port` says; undefined for a host name and anything else. */
export function readPeerAddress(text: string): PeerAddress | undefined {
  const [, version6, version4, digits] = addressAndPort.exec(text) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65_535)) return undefined
  if (version4 !== undefined) return isVersion4(version4) ? { host: version4, port } : undefined
  const host = shortVersion6(version6 ?? '')
  return host === undefined ? undefined : { host, port }
}

/** `host:port`, or `[host]:port` for IPv6, as `readPeerAddress` reads it. */
export function writePeerAddress({ host, port }: PeerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

// A leading zero means octal to some readers and nothing to others.
function isVersion4(text: string): boolean {
  return text.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part)
}

// The URL parser checks the whole grammar of IPv6 and writes its canonical form.
function shortVersion6(text: string): string | undefined {
  return URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1)
}
