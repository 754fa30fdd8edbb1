import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import type { LocalPeers } from './local-peers.ts'
import type { RequestSlots } from './web-seeds/request-slots.ts'

/** What everything around one engine client needs to know of it. */
export interface ClientFacts {
  readonly userAgent: string
  readonly port: number
  /** 40 hex digits, as the engine shows peers' ids. */
  readonly peerId: string
  /** Whether the address policy lets the session talk to this address. */
  readonly admits: (address: string) => boolean
  /** Whether it is let in only because an operator opened its range: limits per address do not apply there. */
  readonly isOpened: (address: string) => boolean
  /** Whether peers tell each other of peers (BEP 11). */
  readonly pex: boolean
  /** Peers of the local network that may be dialled and may dial in whatever `admits` says. */
  readonly localPeers: LocalPeers
  /** Where web seeds may lie. */
  readonly policy: AddressPolicy
  /** Requests to web seeds. */
  readonly webSeedSlots: RequestSlots
  /** Whether the session has as many connections as it may. */
  readonly isFull: () => boolean
}

/** An IPv4 address as itself, not as IPv6 sockets show it (`::ffff:1.2.3.4`). */
export function stripMapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}
