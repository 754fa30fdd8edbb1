import { isIPv6 } from 'node:net'
import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { Clock } from './clock.ts'

const keptMs = 60_000

/** The literal addresses of a host as a URL spells it, IPv4 first; rejects when there is none. */
export type ResolveHost = (hostname: string, options: { signal: AbortSignal }) => Promise<string[]>

/** What may be reached, and how names become addresses. */
export interface UdpAddressesOptions {
  readonly resolve: ResolveHost
  readonly policy: Pick<AddressPolicy, 'allows'>
  readonly clock: Clock
}

interface Found {
  readonly addresses: Promise<string[]>
  readonly at: number
}

/** The addresses of trackers, each host resolved and judged once a minute for all torrents. */
export class UdpAddresses {
  readonly #options: UdpAddressesOptions
  readonly #found = new Map<string, Found>()

  constructor(options: UdpAddressesOptions) {
    this.#options = options
  }

  /**
   * At most one address of each family, IPv4 first. Rejects with `fetch_failed` for an unknown host and
   * `address_not_allowed` when any of its addresses is refused.
   */
  async find(hostname: string, deadlineMs: number): Promise<string[]> {
    this.#forgetOld()
    const known = this.#found.get(hostname)
    if (known !== undefined) return await known.addresses
    const addresses = this.#resolve(hostname, deadlineMs)
    this.#found.set(hostname, { addresses, at: this.#options.clock.now() })
    return await addresses
  }

  async #resolve(hostname: string, deadlineMs: number): Promise<string[]> {
    const { resolve, policy } = this.#options
    const signal = AbortSignal.timeout(deadlineMs)
    const addresses = await resolve(hostname, { signal }).catch((cause: unknown) => {
      throw new RestTorrentError('fetch_failed', `${hostname}: could not be found`, { cause })
    })
    if (!addresses.every((address) => policy.allows(address))) {
      throw new RestTorrentError('address_not_allowed', 'points to an address that is not allowed')
    }
    const firsts = [addresses.find((one) => !isIPv6(one)), addresses.find((one) => isIPv6(one))]
    return firsts.filter((address) => address !== undefined)
  }

  // A map keeps the order of insertion: the oldest come first.
  #forgetOld(): void {
    const limit = this.#options.clock.now() - keptMs
    for (const [hostname, { at }] of this.#found) {
      if (at > limit) return
      this.#found.delete(hostname)
    }
  }
}
