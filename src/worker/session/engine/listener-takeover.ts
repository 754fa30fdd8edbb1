/** Hands the session's listening socket to the engine's connection pool, with every connection asked first. */
import type { Socket } from 'node:net'
import type WebTorrent from 'webtorrent'
import type { ClientFacts } from './client-facts.ts'
import { canonicalHost } from '../../../protocol/canonical-host.ts'

/** How long a connection may take to say which torrent it wants. */
const handshakeDeadlineMs = 10_000
/** Connections that have not said it yet; the one that has taken longest makes room for the next. */
const mostPending = 64

/** Connections from addresses that are not admitted, or for which there is no room, are closed at once. */
export function takeOver(
  client: WebTorrent,
  { gate, addresses, hasRoom }: Pick<ClientFacts, 'gate' | 'addresses' | 'hasRoom'>,
): void {
  const pool = client._connPool
  if (pool === null) return
  pool.tcpServer.removeAllListeners('connection')
  pool.tcpServer.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined) // its end is seen by 'close'
    const host = canonicalHost(socket.remoteAddress ?? '')
    const pending = pool._pendingConns
    const isLetIn = host !== '' && gate.mayDialIn(host) && addresses.hasRoom(host) && hasRoom()
    if (pending === null || !isLetIn) {
      socket.destroy()
      return
    }
    if (pending.size >= mostPending) for (const oldest of [...pending].slice(0, 1)) oldest.destroy()
    Object.defineProperty(socket, 'remoteAddress', { value: host })
    addresses.add(host)
    const timer = setTimeout(() => {
      if (pool._pendingConns?.has(socket) === true) socket.destroy()
    }, handshakeDeadlineMs)
    socket.once('close', () => {
      clearTimeout(timer)
      addresses.remove(host)
    })
    pool._onConnection(socket, 'tcp')
  })
}
