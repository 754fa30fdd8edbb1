/** Puts the engine's DHT node on the session's own UDP socket, and finds it its first nodes. */
import type { Socket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import type { DhtNode } from 'webtorrent'

const bootstrapNodes = [
  ['router.bittorrent.com', 6881],
  ['dht.transmissionbt.com', 6881],
  ['dht.libtorrent.org', 25401],
] as const

/**
 * Options for the engine's DHT. The socket is bound already, so its `bind` only says so. Names are resolved
 * by us: the engine's own way would take threads that every session's files need.
 */
export function dhtOptions(socket: Socket): object {
  socket.bind = () => {
    queueMicrotask(() => socket.emit('listening'))
    return socket
  }
  return { bootstrap: false, socket }
}

/** Drops datagrams that the engine's parser cannot take instead of letting them end the session. */
export function guardDatagrams(socket: Socket): void {
  const listeners = socket.listeners('message') as ((...args: unknown[]) => void)[]
  socket.removeAllListeners('message')
  socket.on('message', (...args) => {
    for (const listener of listeners) {
      try {
        listener.apply(socket, args)
      } catch {
        return // one bad datagram
      }
    }
  })
}

/** Asks the well-known nodes in; those that cannot be resolved or are not allowed are left out. */
export async function bootstrap(dht: DhtNode, admits: (address: string) => boolean): Promise<void> {
  const resolver = new Resolver({ timeout: 5000, tries: 2 })
  for (const [name, port] of bootstrapNodes) {
    const addresses = await resolver.resolve4(name).catch(() => [])
    const host = addresses.find(admits)
    if (host !== undefined) dht.addNode({ host, port })
  }
}
