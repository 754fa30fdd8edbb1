/** The client's part of SOCKS5 (RFC 1928, 1929) for one TCP connection; names are resolved by the proxy. */
import { once } from 'node:events'
import { isIPv4, isIPv6, type Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import { RestTorrentError } from '../protocol/errors.ts'
import type { TrackerProxy } from '../protocol/tracker-proxy.ts'

const version = 5
const methods = { none: 0, password: 2, refused: 255 }
const addressTypes = { version4: 1, name: 3, version6: 4 }
const refusals = [
  'it failed',
  'its rules forbid it',
  'the network is unreachable',
  'the host is unreachable',
  'the connection was refused',
  'it took too long',
  'it cannot connect',
  'it knows no such addresses',
]

/** The host without brackets, and its port. */
export interface ProxyTarget {
  readonly host: string
  readonly port: number
}

/** Has the proxy on `socket` connect it to the target. Rejects with `fetch_failed` for what the proxy refuses. */
export async function askSocks5(
  socket: Socket,
  { host, port }: ProxyTarget,
  credentials: TrackerProxy['credentials'],
  signal: AbortSignal,
): Promise<void> {
  const offered = credentials === undefined ? methods.none : methods.password
  socket.write(Uint8Array.of(version, 1, offered))
  const [, chosen] = await take(socket, 2, signal)
  if (chosen === methods.refused) {
    throw refused(credentials === undefined ? 'asks for credentials' : 'takes no credentials')
  }
  if (chosen !== offered) throw refused('is no SOCKS5 proxy')
  if (credentials !== undefined) await logIn(socket, credentials, signal)
  socket.write(Buffer.concat([Uint8Array.of(version, 1, 0), addressOf(host), Uint8Array.of(port >> 8, port)]))
  const [, reply = 0, , type] = await take(socket, 4, signal)
  if (reply !== 0) throw refused(`did not connect: ${refusals[reply - 1] ?? 'for an unknown reason'}`)
  await take(socket, (await boundLength(socket, type, signal)) + 2, signal)
}

async function logIn(
  socket: Socket,
  { user, password }: NonNullable<TrackerProxy['credentials']>,
  signal: AbortSignal,
): Promise<void> {
  socket.write(Buffer.concat([Uint8Array.of(1), counted(user), counted(password)]))
  const [, status] = await take(socket, 2, signal)
  if (status !== 0) throw refused('refused the credentials')
}

function addressOf(host: string): Uint8Array {
  if (isIPv4(host)) return Uint8Array.of(addressTypes.version4, ...ipaddr.parse(host).toByteArray())
  if (isIPv6(host)) return Uint8Array.of(addressTypes.version6, ...ipaddr.parse(host).toByteArray())
  if (host.length > 255) throw refused('cannot be told a name so long')
  return Buffer.concat([Uint8Array.of(addressTypes.name), counted(host)])
}

async function boundLength(socket: Socket, type: number | undefined, signal: AbortSignal): Promise<number> {
  if (type === addressTypes.version4) return 4
  if (type === addressTypes.version6) return 16
  if (type === addressTypes.name) return (await take(socket, 1, signal))[0] ?? 0
  throw refused('is no SOCKS5 proxy')
}

function counted(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  return Buffer.concat([Uint8Array.of(bytes.length), bytes])
}

/** Rejects when the signal is aborted, which the end of the socket has to do, too. */
async function take(socket: Socket, length: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = socket.read(length)
    if (bytes instanceof Buffer && bytes.length === length) return bytes
    await once(socket, 'readable', { signal })
  }
}

function refused(what: string): RestTorrentError {
  return new RestTorrentError('fetch_failed', `the proxy ${what}`)
}
