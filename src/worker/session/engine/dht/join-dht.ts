/**
 * Guards the DHT nodes on the session's sockets, has them announce in turn, and acquaints them with nodes. IPv4
 * and IPv6 have a DHT each (BEP 32): the engine knows one node, and a second one does beside it what it does.
 */
import { Client } from 'bittorrent-dht'
import type { DhtNode } from 'webtorrent'
import type { DhtTable } from '../../../../protocol/dht-table.ts'
import type { Gate } from '../connections/gate.ts'
import { requireMembers } from '../required-members.ts'
import type { DormantTorrents } from '../dormant-torrents.ts'
import { DormantAnnounces } from './announce-dormant.ts'
import { queueAnnounces } from './announce-queue.ts'
import { bootstrap, nodesOf } from './bootstrap.ts'
import { guardDatagrams } from './datagrams.ts'
import type { DhtSocket } from './dht-socket.ts'
import { guardQueries } from './guard-queries.ts'
import { showPeers, takeNodes } from './ipv6-hosts.ts'

export interface DhtSurroundings {
  /** The first is the one that the engine's node is on. */
  readonly sockets: readonly DhtSocket[]
  readonly port: number
  readonly gate: Gate
  /** Whether a torrent, by its info hash, may be known to the DHT. */
  readonly isWanted: (infoHash: string) => boolean
  /** Those that the engine does not announce. */
  readonly dormant: DormantTorrents
  /** Id of the nodes, 40 hex digits. */
  readonly nodeId: string
  /** Nodes that they begin with, `host:port`. */
  readonly dhtBootstrap?: readonly string[]
  /** What a run before knew of it. */
  readonly dhtTable?: DhtTable | undefined
}

/** Nodes of one session: what is told the first, all do. */
export class Dht {
  readonly #nodeId: string
  readonly #nodes: { readonly node: DhtNode; readonly socket: DhtSocket }[]

  readonly #dormantAnnounces: DormantAnnounces

  /** Throws where the engine's node is not as required. */
  constructor(first: DhtNode, around: DhtSurroundings) {
    this.#nodeId = around.nodeId
    this.#nodes = around.sockets.map((socket, at) => {
      return { node: at === 0 ? first : new Client({ nodeId: around.nodeId, ...socket.options }), socket }
    })
    for (const { node, socket } of this.#nodes) join(node, socket, around)
    const others = this.#nodes.filter(({ node }) => node !== first)
    queueAnnounces(first, around.port, around.isWanted, (infoHash, port) => {
      for (const { node } of others) node.announce(infoHash, port, () => undefined)
    })
    for (const { node } of others) {
      queueAnnounces(node, around.port, around.isWanted)
      node.on('peer', (...found: unknown[]) => first.emit('peer', ...found))
      node.listen()
    }
    takeNodes(first, this.#nodes)
    this.#dormantAnnounces = new DormantAnnounces(first, around.port, around.dormant)
  }

  /** Announces some of the dormant torrents that are due; `now`: any clock in milliseconds. */
  announceDormant(now: number): void {
    this.#dormantAnnounces.run(now)
  }

  /** What is worth keeping; undefined while no node is known. */
  get table(): DhtTable | undefined {
    const nodes = this.#nodes.flatMap(({ node, socket }) => nodesOf(node, socket.standIns))
    return nodes.length === 0 ? undefined : { nodeId: this.#nodeId, nodes }
  }

  /** Ends those that the engine does not know of. */
  async close(): Promise<void> {
    const ends = this.#nodes.slice(1).map(({ node }) => new Promise<void>((resolve) => node.destroy(resolve)))
    await Promise.all(ends)
  }
}

function join(node: DhtNode, { udp, standIns }: DhtSocket, around: DhtSurroundings): void {
  const { gate, isWanted, dhtTable, dhtBootstrap } = around
  requireMembers('DhtNode', node)
  requireMembers('KrpcSocket', node._rpc.socket)
  guardDatagrams(udp, gate)
  guardQueries(
    node,
    (host) => gate.admits(standIns === undefined ? host : (standIns.host(host) ?? '')),
    isWanted,
  )
  if (standIns !== undefined) showPeers(node, standIns)
  bootstrap(node, standIns, dhtTable?.nodes ?? [], dhtBootstrap ?? [])
}
