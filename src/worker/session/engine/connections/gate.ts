/** Whom a session may talk to: the address policy, the operator's IP filter, local peers and bans in one. */
import type { AddressPolicy } from '../../../../protocol/address-policy.ts'
import { readPeerAddress } from '../../../../protocol/peer-address.ts'
import type { LocalPeers } from '../local-peers.ts'
import type { Bans } from './bans.ts'
import { canonicalHost } from './canonical-host.ts'

export interface GateOptions {
  readonly policy: AddressPolicy
  /** Whether the IP filter names this address. */
  readonly isFiltered: (host: string) => boolean
  readonly localPeers: LocalPeers
  readonly bans: Bans
}

export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Whether packets may go to this address, whoever is there. */
  admits(host: string): boolean {
    const { policy, isFiltered } = this.#options
    return policy.allows(host) && !isFiltered(canonicalHost(host))
  }

  /** Whether an address is let in only because an operator opened its range. */
  isOpened(host: string): boolean {
    return this.#options.policy.isOpened(host)
  }

  /** Whether a peer, `host:port`, may be dialled. */
  mayDial(address: string): boolean {
    const { bans, localPeers, isFiltered } = this.#options
    const peer = readPeerAddress(address)
    if (peer === undefined || bans.has(peer.host, peer.port)) return false
    if (this.admits(peer.host)) return true
    return localPeers.mayBeDialled(address) && !isFiltered(canonicalHost(peer.host))
  }

  /** Whether a connection from this address is taken. */
  mayDialIn(host: string): boolean {
    const { bans, localPeers, isFiltered } = this.#options
    if (bans.has(host)) return false
    return this.admits(host) || (localPeers.mayDialIn(host) && !isFiltered(canonicalHost(host)))
  }

  /** Whether a peer that is connected may stay; `port` is where it listens, as far as that is known. */
  mayStay(host: string, port: number | undefined): boolean {
    return !this.#options.bans.has(host, port)
  }
}
