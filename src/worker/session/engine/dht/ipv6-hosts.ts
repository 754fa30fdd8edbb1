/** Addresses of IPv6 where the engine hears of them from a DHT node, and where it tells a node of them. */
import { isIPv6 } from 'node:net'
import type { DhtNode } from 'webtorrent'
import type { StandIns } from './stand-ins.ts'

/** Peers that the node finds are told with the address that their stand-in is for, in brackets as the engine dials it. */
export function showPeers(node: DhtNode, standIns: StandIns): void {
  const emit = node.emit.bind(node)
  node.emit = (event: string, ...told: unknown[]) => {
    if (event !== 'peer') return emit(event, ...told)
    const [peer, ...rest] = told as [{ host: string; port: number }, ...unknown[]]
    const host = standIns.host(peer.host)
    return host !== undefined && emit(event, { host: `[${host}]`, port: peer.port }, ...rest)
  }
}

/** What the engine tells its node of nodes, which peers name to it, is told the node of their family. */
export function takeNodes(
  first: DhtNode,
  all: readonly { readonly node: DhtNode; readonly socket: { readonly standIns: StandIns | undefined } }[],
): void {
  const add = first.addNode.bind(first)
  const takers = all.map(({ node, socket }) => {
    return { standIns: socket.standIns, add: node === first ? add : node.addNode.bind(node) }
  })
  first.addNode = (told) => {
    if ('id' in told) return add(told) // its own, once it has answered
    const { host, port } = told
    for (const { standIns, add } of takers) {
      const inside = standIns === undefined ? host : standIns.of(host)
      if (inside !== undefined && isIPv6(host) === (standIns !== undefined)) add({ host: inside, port })
    }
  }
}
