import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceAnswer, AnnounceRequest, SwarmCounts, TrackerTransport } from './announce.ts'
import type { Clock } from './clock.ts'
import type { TrackerUrl } from './tracker-url.ts'
import { UdpAddresses, type UdpAddressesOptions } from './udp-addresses.ts'
import { UdpConnections } from './udp-connections.ts'
import { readAnnounce, readScrape, udpAction, writeAnnounce } from './udp-packet.ts'
import type { UdpQuestion } from './udp-socket.ts'

/** Trackers over UDP (BEP 15, 41), over IPv4 where a name has both. */
export class UdpTracker implements TrackerTransport {
  readonly #clock: Clock
  readonly #addresses: UdpAddresses
  readonly #connections: UdpConnections
  #refusal: RestTorrentError | undefined

  constructor(options: UdpAddressesOptions) {
    this.#clock = options.clock
    this.#addresses = new UdpAddresses(options)
    this.#connections = new UdpConnections(this.#clock)
  }

  async announce(url: TrackerUrl, request: AnnounceRequest, deadlineMs: number): Promise<AnnounceAnswer> {
    const body = writeAnnounce(request, url.path)
    return await this.#ask(url, deadlineMs, { action: udpAction.announce, body, read: readAnnounce })
  }

  async scrape(url: TrackerUrl, infoHash: Uint8Array, deadlineMs: number): Promise<SwarmCounts> {
    return await this.#ask(url, deadlineMs, { action: udpAction.scrape, body: infoHash, read: readScrape })
  }

  /** Asks nobody, and ends what is under way, while there is a proxy: no datagram goes through one. */
  askThrough(proxy: string): void {
    const reason = 'udp trackers are not asked while a tracker_proxy is set'
    this.#refuse(proxy === '' ? undefined : new RestTorrentError('fetch_failed', reason))
  }

  /** Ends what is under way. */
  close(): void {
    this.#refuse(new RestTorrentError('shutting_down', 'the session is closing'))
  }

  #refuse(reason: RestTorrentError | undefined): void {
    this.#refusal = reason
    this.#connections.refuse(reason)
  }

  async #ask<T>(
    url: TrackerUrl,
    deadlineMs: number,
    question: Omit<UdpQuestion<T>, 'connectionId'>,
  ): Promise<T> {
    // before the host's name is asked for
    if (this.#refusal) throw this.#refusal
    const end = this.#clock.now() + deadlineMs
    let failure: unknown
    for (const address of await this.#addresses.find(url.hostname, deadlineMs)) {
      try {
        return await this.#connections.to({ address, port: url.port }).ask(question, end)
      } catch (error) {
        // A family without a route fails at once and leaves its time to the other.
        failure ??= error
        if (this.#clock.now() >= end) break
      }
    }
    throw failure
  }
}
