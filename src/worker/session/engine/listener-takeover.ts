/** Hands the session's listening socket to the engine's connection pool, with every connection asked first. */
import type { Server, Socket } from 'node:net'
import type WebTorrent from 'webtorrent'
import { stripMapped, type ClientFacts } from './client-facts.ts'

/** How long a connection may take to say which torrent it wants. */
const handshakeDeadlineMs = 10_000
const mostPending = 64

/** Connections that `admits` refuses, or that find `isFull`, are closed at once. */
export function takeOver(client: WebTorrent, facts: Pick<ClientFacts, 'admits' | 'isFull'>): void {
  const pool = client._connPool
  if (pool === null) return
  const server: Server = pool.tcpServer
  const pending = new Set<Socket>()
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined) // its end is seen by 'close'
    const address = stripMapped(socket.remoteAddress ?? '')
    if (address === '' || pending.size >= mostPending || facts.isFull() || !facts.admits(address)) {
      socket.destroy()
      return
    }
    Object.defineProperty(socket, 'remoteAddress', { value: address })
    pending.add(socket)
    const timer = setTimeout(() => {
      if (!isHandshaken(client, socket)) socket.destroy()
      pending.delete(socket)
    }, handshakeDeadlineMs)
    socket.once('close', () => {
      clearTimeout(timer)
      pending.delete(socket)
    })
    pool._onConnection(socket, 'tcp')
  })
}

/** Whether some torrent has taken the connection for one of its peers. */
function isHandshaken(client: WebTorrent, socket: Socket): boolean {
  const { remoteAddress, remotePort } = socket
  return client.torrents.some((torrent) =>
    torrent.wires.some(
      (wire) => wire.remoteAddress === remoteAddress && Reflect.get(wire, 'remotePort') === remotePort,
    ),
  )
}
