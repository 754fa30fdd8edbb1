/** Keeps from the engine's DHT node what it should not hear. */
import type { RemoteInfo, Socket } from 'node:dgram'
import { networkOf } from '../../../../protocol/network-of.ts'
import type { Gate } from '../connections/gate.ts'
import { PacketRates } from './packet-rates.ts'

/** Drops datagrams from where the session may not talk to, those that come too fast, and malformed ones. */
export function guardDatagrams(socket: Socket, gate: Gate): void {
  const rates = new PacketRates()
  const listeners = socket.listeners('message') as ((bytes: Buffer, from: RemoteInfo) => void)[]
  socket.removeAllListeners('message')
  socket.on('message', (bytes, from) => {
    const host = from.address
    if (!gate.mayDialIn(host)) return
    if (!gate.isOpened(host) && !rates.hear(networkOf(host), performance.now())) return
    for (const listener of listeners) {
      try {
        listener(bytes, from)
      } catch {
        return // one bad datagram
      }
    }
  })
}
