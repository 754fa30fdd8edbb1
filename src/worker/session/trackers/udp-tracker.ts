import { isIPv6 } from 'node:net'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceAnswer, AnnounceRequest, SwarmCounts, TrackerTransport } from './announce.ts'
import type { Clock } from './clock.ts'
import type { TrackerUrl } from './tracker-url.ts'
import { UdpAddresses, type UdpAddressesOptions } from './udp-addresses.ts'
import { UdpConnections } from './udp-connections.ts'
import { readAnnounce, readScrape, udpAction, writeAnnounce } from './udp-packet.ts'
import { UdpSocket, type UdpQuestion, type UdpServer } from './udp-socket.ts'

type Ask<T> = (socket: UdpSocket) => Omit<UdpQuestion<T>, 'connectionId'>

/** Trackers over UDP (BEP 15, 41), over IPv4 where a name has both. */
export class UdpTracker implements TrackerTransport {
  readonly #clock: Clock
  readonly #addresses: UdpAddresses
  readonly #version4: UdpSocket
  readonly #version6: UdpSocket
  readonly #connections: UdpConnections
  #refusal: RestTorrentError | undefined

  constructor(options: UdpAddressesOptions) {
    this.#clock = options.clock
    this.#addresses = new UdpAddresses(options)
    this.#version4 = new UdpSocket(4, this.#clock)
    this.#version6 = new UdpSocket(16, this.#clock)
    this.#connections = new UdpConnections(this.#clock)
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

  /** Asks nobody, and ends what is under way, while there is a proxy: no datagram goes through one. */
  askThrough(proxy: string): void {
    const reason = 'udp trackers are not asked while a tracker_proxy is set'
    this.#refusal = proxy === '' ? undefined : new RestTorrentError('fetch_failed', reason)
    this.#version4.refuse(this.#refusal)
    this.#version6.refuse(this.#refusal)
  }

  /** Ends what is under way. */
  close(): void {
    this.#version4.close()
    this.#version6.close()
  }

  async #ask<T>(url: TrackerUrl, deadlineMs: number, ask: Ask<T>): Promise<T> {
    // before the host's name is asked for
    if (this.#refusal) throw this.#refusal
    const end = this.#clock.now() + deadlineMs
    let failure: unknown
    for (const address of await this.#addresses.find(url.hostname, deadlineMs)) {
      try {
        return await this.#askServer({ address, port: url.port }, end, ask)
      } catch (error) {
        // A family without a route fails at once and leaves its time to the other.
        failure ??= error
        if (this.#left(end) === 0) break
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

  #left(end: number): number {
    return Math.max(0, end - this.#clock.now())
  }
}
