import { isIPv6 } from 'node:net'
import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceAnswer, AnnounceRequest, SwarmCounts, TrackerTransport } from './announce.ts'
import type { Clock } from './clock.ts'
import type { TrackerUrl } from './tracker-url.ts'
import { UdpConnections } from './udp-connections.ts'
import { readAnnounce, readScrape, udpAction, writeAnnounce } from './udp-packet.ts'
import { UdpSocket, type UdpQuestion, type UdpServer } from './udp-socket.ts'

/** The literal addresses of a host as a URL spells it, IPv4 first; rejects when there is none. */
export type ResolveHost = (hostname: string, options: { signal: AbortSignal }) => Promise<string[]>

/** What may be reached, and how names become addresses. */
export interface UdpTrackerOptions {
  resolve: ResolveHost
  policy: Pick<AddressPolicy, 'allows'>
  clock: Clock
}

type Ask<T> = (socket: UdpSocket) => Omit<UdpQuestion<T>, 'connectionId'>

/** Trackers over UDP (BEP 15, 41), over IPv4 where a name has both. */
export class UdpTracker implements TrackerTransport {
  readonly #options: UdpTrackerOptions
  readonly #version4: UdpSocket
  readonly #version6: UdpSocket
  readonly #connections: UdpConnections

  constructor(options: UdpTrackerOptions) {
    this.#options = options
    this.#version4 = new UdpSocket(4, options.clock)
    this.#version6 = new UdpSocket(16, options.clock)
    this.#connections = new UdpConnections(options.clock)
  }

  async announce(url: TrackerUrl, request: AnnounceRequest, deadlineMs: number): Promise<AnnounceAnswer> {
    const body = writeAnnounce(request, url.path)
    return await this.#ask(url, deadlineMs, ({ addressLength }) => ({
      action: udpAction.announce,
      body,
      read: (answer) => readAnnounce(answer, addressLength),
    }))
  }

  async scrape(url: TrackerUrl, infoHash: Uint8Array, deadlineMs: number): Promise<SwarmCounts> {
    return await this.#ask(url, deadlineMs, () => ({
      action: udpAction.scrape,
      body: infoHash,
      read: readScrape,
    }))
  }

  /** Ends what is under way. */
  close(): void {
    this.#version4.close()
    this.#version6.close()
  }

  async #ask<T>(url: TrackerUrl, deadlineMs: number, ask: Ask<T>): Promise<T> {
    const end = this.#options.clock.now() + deadlineMs
    let failure: unknown
    for (const address of await this.#addresses(url, deadlineMs)) {
      try {
        return await this.#askServer({ address, port: url.port }, end, ask)
      } catch (error) {
        // A family without a route fails at once and leaves its time to the other.
        failure = error
      }
    }
    throw failure
  }

  async #askServer<T>(server: UdpServer, end: number, ask: Ask<T>): Promise<T> {
    const socket = isIPv6(server.address) ? this.#version6 : this.#version4
    const connectionId = await this.#connections.connect(socket, server, this.#left(end))
    try {
      return await socket.ask(server, { ...ask(socket), connectionId }, this.#left(end))
    } catch (error) {
      // The tracker may have refused the id, after a restart of its own for instance.
      this.#connections.forget(server)
      throw error
    }
  }

  /** At most one address of each family; one refused address among good ones refuses them all. */
  async #addresses(url: TrackerUrl, deadlineMs: number): Promise<string[]> {
    const { resolve, policy } = this.#options
    const addresses = await resolve(url.hostname, { signal: AbortSignal.timeout(deadlineMs) }).catch(
      (cause: unknown) => {
        throw new RestTorrentError('fetch_failed', `${url.hostname}: could not be found`, { cause })
      },
    )
    if (!addresses.every((address) => policy.allows(address))) {
      throw new RestTorrentError('address_not_allowed', 'points to an address that is not allowed')
    }
    const firsts = [addresses.find((one) => !isIPv6(one)), addresses.find((one) => isIPv6(one))]
    return firsts.filter((address) => address !== undefined)
  }

  #left(end: number): number {
    return Math.max(0, end - this.#options.clock.now())
  }
}
