/** What a session gives its engine. */
import type { Socket as UdpSocket } from 'node:dgram'
import type { Server } from 'node:net'
import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import type { Ban } from '../../../protocol/ban.ts'
import type { DhtTable } from '../../../protocol/dht-table.ts'
import type { SessionSettings } from '../../../protocol/session.ts'

export interface EngineOptions {
  readonly peerId: string
  readonly userAgent: string
  readonly port: number
  /** Bound and listening; the engine takes it over. */
  readonly tcp: Server
  /** Bound to the same port where the DHT is wanted, one for each family of addresses. */
  readonly udp: readonly UdpSocket[]
  readonly settings: SessionSettings
  readonly policy: AddressPolicy
  /** Nodes that the DHT begins with, `host:port`. */
  readonly dhtBootstrap?: readonly string[]
  /** What a run before knew of the DHT. */
  readonly dhtTable?: DhtTable | undefined
  /** A peer is banned for its bad pieces. */
  readonly onBan?: (ban: Ban) => void
}
