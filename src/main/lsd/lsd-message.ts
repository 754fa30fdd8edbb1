/**
 * The datagram of Local Service Discovery (BEP 14): who listens on which port for which torrents. Read
 * strictly: it comes from anybody on the network.
 */
import { isInfoHash } from '../../protocol/info-hash.ts'

/** Where announces go: the group and port of BEP 14 for IPv4. */
export const lsdGroup = '239.192.152.143'
export const lsdPort = 6771
/** What fits into one packet of any usual network; longer ones are dropped unread. */
export const longestDatagram = 1400
/** Info hashes that fit into one datagram, whatever the port and the cookie are. */
export const mostInfoHashes = 24
const longestCookie = 64

const requestLine = 'BT-SEARCH * HTTP/1.1'
const host = `${lsdGroup}:${lsdPort}`
const headerForm = /^([A-Za-z-]{1,32}):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)[ \t]*$/
const portForm = /^\d{1,5}$/

/** One announce. */
export interface LsdAnnounce {
  /** The TCP port on which the announcer takes peers. */
  readonly port: number
  /** At least one, at most `mostInfoHashes` to be sent, each once. */
  readonly infoHashes: readonly string[]
  /** By which an announcer knows its own datagrams again; 1 to 64 visible characters. */
  readonly cookie: string | undefined
}

/** The bytes of an announce, never more than `longestDatagram`. */
export function formatAnnounce({ port, infoHashes, cookie }: LsdAnnounce): Buffer {
  const lines = [
    requestLine,
    `Host: ${host}`,
    `Port: ${port}`,
    ...infoHashes.map((infoHash) => `Infohash: ${infoHash}`),
    ...(cookie === undefined ? [] : [`cookie: ${cookie}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n\r\n`, 'latin1')
}

/** The announce that a datagram holds; undefined for everything else. */
export function parseAnnounce(bytes: Uint8Array): LsdAnnounce | undefined {
  if (bytes.length > longestDatagram) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0 || !/^[\r\n]*$/.test(text.slice(end))) return undefined
  const [first, ...lines] = text.slice(0, end).split('\r\n')
  return first === requestLine ? readHeaders(lines) : undefined
}

function readHeaders(lines: readonly string[]): LsdAnnounce | undefined {
  const values = new Map<string, string[]>()
  for (const line of lines) {
    const [, name, value] = headerForm.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    const key = name.toLowerCase()
    values.set(key, [...(values.get(key) ?? []), value])
  }
  const [hosts = [], ports = [], hashes = [], cookies = []] = ['host', 'port', 'infohash', 'cookie'].map(
    (name) => values.get(name),
  )
  const port = portForm.test(ports[0] ?? '') ? Number(ports[0]) : 0
  const infoHashes = [...new Set(hashes.map((hash) => hash.toLowerCase()))]
  const cookie = cookies[0]
  if (hosts.length !== 1 || hosts[0] !== host || ports.length !== 1 || cookies.length > 1) return undefined
  if (port < 1 || port > 65_535 || (cookie?.length ?? 0) > longestCookie) return undefined
  if (infoHashes.length === 0 || !infoHashes.every(isInfoHash)) return undefined
  return { port, infoHashes, cookie }
}
