/** Guards a DHT node on the session's socket, has it announce in turn, and acquaints it with nodes. */
import type { Socket } from 'node:dgram'
import type { DhtNode } from 'webtorrent'
import type { DhtTable } from '../../../../protocol/dht-table.ts'
import type { Gate } from '../connections/gate.ts'
import { requireMembers } from '../required-members.ts'
import { queueAnnounces } from './announce-queue.ts'
import { bootstrap } from './bootstrap.ts'
import { guardDatagrams } from './datagrams.ts'
import { guardQueries } from './guard-queries.ts'

export interface DhtSurroundings {
  readonly udp: Socket
  readonly port: number
  readonly gate: Gate
  /** Whether a torrent, by its info hash, may be known to the DHT. */
  readonly isWanted: (infoHash: string) => boolean
  /** Nodes that it begins with, `host:port`. */
  readonly dhtBootstrap?: readonly string[]
  /** What a run before knew of it. */
  readonly dhtTable?: DhtTable | undefined
}

/** Throws where the engine's node is not as required. */
export function joinDht(dht: DhtNode, around: DhtSurroundings): void {
  const { udp, port, gate, isWanted, dhtTable, dhtBootstrap } = around
  requireMembers('DhtNode', dht)
  requireMembers('KrpcSocket', dht._rpc.socket)
  guardDatagrams(udp, gate)
  guardQueries(dht, gate, isWanted)
  queueAnnounces(dht, port, isWanted)
  bootstrap(dht, dhtTable?.nodes ?? [], dhtBootstrap ?? [])
}
