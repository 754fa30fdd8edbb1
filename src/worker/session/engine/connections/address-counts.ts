import { networkOf } from '../../../../protocol/network-of.ts'

/** Public addresses, or /64s of IPv6, are held by one household or office; more connections than that are an attack or a fault. */
const mostPerAddress = 4

/** How many connections a session has with each address, or network of IPv6. */
export class AddressCounts {
  readonly #isOpened: (host: string) => boolean
  readonly #counts = new Map<string, number>()

  /** Inside ranges that an operator opened there is no limit. */
  constructor(isOpened: (host: string) => boolean) {
    this.#isOpened = isOpened
  }

  hasRoom(host: string): boolean {
    return (this.#counts.get(networkOf(host)) ?? 0) < mostPerAddress || this.#isOpened(host)
  }

  add(host: string): void {
    const network = networkOf(host)
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1)
  }

  remove(host: string): void {
    const network = networkOf(host)
    const count = (this.#counts.get(network) ?? 0) - 1
    if (count > 0) this.#counts.set(network, count)
    else this.#counts.delete(network)
  }
}
