/** Hands the session's listening socket to the engine's connection pool, with every connection asked first. */
import type { Socket } from 'node:net'
import type WebTorrent from 'webtorrent'
import { stripMapped, type ClientFacts } from './client-facts.ts'

/** How long a connection may take to say which torrent it wants. */
const handshakeDeadlineMs = 10_000
/** Connections that have not said it yet. */
const mostPending = 64

/** Connections from addresses that are not admitted, or for which there is no room, are closed at once. */
export function takeOver(client: WebTorrent, facts: Pick<ClientFacts, 'admits' | 'isFull'>): void {
  const pool = client._connPool
  if (pool === null) return
  pool.tcpServer.removeAllListeners('connection')
  pool.tcpServer.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined) // its end is seen by 'close'
    const address = stripMapped(socket.remoteAddress ?? '')
    const hasRoom = pool._pendingConns !== null && pool._pendingConns.size < mostPending && !facts.isFull()
    if (address === '' || !hasRoom || !facts.admits(address)) {
      socket.destroy()
      return
    }
    Object.defineProperty(socket, 'remoteAddress', { value: address })
    const timer = setTimeout(() => {
      if (pool._pendingConns?.has(socket) === true) socket.destroy()
    }, handshakeDeadlineMs)
    socket.once('close', () => clearTimeout(timer))
    pool._onConnection(socket, 'tcp')
  })
}
