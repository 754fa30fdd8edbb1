/** Whom a session may talk to: the address policy, IP filters, local peers and bans in one. */
import type { AddressPolicy } from '../../../../protocol/address-policy.ts'
import { IpFilter } from '../../../../protocol/ip-filter.ts'
import { readPeerAddress } from '../../../../protocol/peer-address.ts'
import type { LocalPeers } from '../local-peers.ts'
import type { Bans } from './bans.ts'

export interface GateOptions {
  readonly policy: AddressPolicy
  readonly localPeers: LocalPeers
  readonly bans: Bans
}

export class Gate {
  readonly #options: GateOptions
  #filters: readonly IpFilter[] = []

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Meets nobody in these filters from now on. */
  filter(packed: readonly SharedArrayBuffer[]): void {
    this.#filters = packed.map((one) => new IpFilter(one))
  }

  /** Whether packets may go to this address, whoever is there. */
  admits(host: string): boolean {
    return this.#options.policy.allows(host) && !this.#isFiltered(host)
  }

  /** Whether an address is let in only because an operator opened its range. */
  isOpened(host: string): boolean {
    return this.#options.policy.isOpened(host)
  }

  /** Whether a peer, `host:port`, may be dialled. */
  mayDial(address: string): boolean {
    const { bans, localPeers } = this.#options
    const peer = readPeerAddress(address)
    if (peer === undefined || bans.has(peer.host, peer.port)) return false
    return this.admits(peer.host) || (localPeers.mayBeDialled(address) && !this.#isFiltered(peer.host))
  }

  /** Whether a connection from this address is taken. */
  mayDialIn(host: string): boolean {
    const { bans, localPeers } = this.#options
    if (bans.has(host)) return false
    return this.admits(host) || (localPeers.mayDialIn(host) && !this.#isFiltered(host))
  }

  /** Whether a peer that is connected may stay; `port` is where it listens, as far as that is known. */
  mayStay(host: string, port: number | undefined): boolean {
    return !this.#options.bans.has(host, port) && !this.#isFiltered(host)
  }

  #isFiltered(host: string): boolean {
    return this.#filters.some((filter) => filter.has(host))
  }
}
