/** Puts the engine's DHT node on the session's own UDP socket, and drops what the node should not hear. */
import type { RemoteInfo, Socket } from 'node:dgram'
import type { Gate } from '../connections/gate.ts'
import { PacketRates } from './packet-rates.ts'

/** Options for the engine's DHT. The socket is bound already, so its `bind` only says so. */
export function dhtOptions(socket: Socket): object {
  socket.bind = () => {
    queueMicrotask(() => socket.emit('listening'))
    return socket
  }
  return { bootstrap: false, socket }
}

/** Drops datagrams from where the session may not talk to, those that come too fast, and malformed ones. */
export function guardDatagrams(socket: Socket, gate: Gate): void {
  const rates = new PacketRates()
  const listeners = socket.listeners('message') as ((bytes: Buffer, from: RemoteInfo) => void)[]
  socket.removeAllListeners('message')
  socket.on('message', (bytes, from) => {
    const host = from.address
    if (!gate.mayDialIn(host)) return
    if (!gate.isOpened(host) && !rates.hear(host, performance.now())) return
    for (const listener of listeners) {
      try {
        listener(bytes, from)
      } catch {
        return // one bad datagram
      }
    }
  })
}
