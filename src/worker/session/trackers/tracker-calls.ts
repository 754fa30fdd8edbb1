/**
 * The one way from a session's torrents to trackers: each call waits for its turn, is spared a server that
 * is known to be silent, and has a deadline.
 */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type {
  AnnounceAnswer,
  AnnounceEvent,
  AnnounceRequest,
  SwarmCounts,
  TrackerTransport,
} from './announce.ts'
import { announceKey } from './announce-key.ts'
import type { Clock } from './clock.ts'
import { closingPace, Pacer, type PacerLimits } from './pacer.ts'
import type { Urgency } from './pacer-lane.ts'
import { SilentServers } from './silent-servers.ts'
import { serverOf, type TrackerUrl } from './tracker-url.ts'

const answerWithinMs = 15_000
const peersWanted = 80

/** A transport that can be ended. */
export interface ClosableTransport extends TrackerTransport {
  close(): void
  /** Asks by way of this proxy only, see `tracker_proxy`, and ends what is under way by another; empty: none. */
  askThrough(proxy: string): void
}

/** Who announces, over what, how fast. */
export interface TrackerCallsOptions {
  readonly peerId: Uint8Array
  /** What the `key` of each torrent rests on. */
  readonly announceSecret: string
  /** See `AnnounceRequest.address`. */
  readonly address: string
  readonly port: number
  readonly transports: Readonly<Record<'http' | 'udp', ClosableTransport>>
  readonly clock: Clock
  readonly random: () => number
  readonly pace: PacerLimits
}

/** What differs from one announce of a torrent to the next. */
export interface AnnounceFacts {
  readonly infoHash: Uint8Array
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  readonly event: AnnounceEvent | undefined
  readonly trackerId: string | undefined
}

/** How urgent a call is, and what takes it back while it waits. */
export interface Turn {
  readonly urgency: Urgency
  readonly signal?: AbortSignal
}

/** All calls of one session. */
export class TrackerCalls {
  readonly #options: TrackerCallsOptions
  readonly #pacer: Pacer
  #silent: SilentServers
  /** See `AnnounceRequest.address`. */
  address: string
  #proxy = ''
  #endsAt = Infinity

  constructor(options: TrackerCallsOptions) {
    this.#options = options
    this.address = options.address
    this.#pacer = new Pacer(options.clock, options.pace)
    this.#silent = new SilentServers(options.clock, options.random)
  }

  /** Announces when the turn comes, with what `facts` says at that moment. */
  async announce(url: TrackerUrl, turn: Turn, facts: () => AnnounceFacts): Promise<AnnounceAnswer> {
    return await this.#call(url, turn, (transport, deadlineMs) =>
      transport.announce(url, this.#request(facts()), deadlineMs),
    )
  }

  /** Scrapes one torrent when the turn comes; undefined where the tracker offers none. */
  async scrape(url: TrackerUrl, turn: Turn, infoHash: Uint8Array): Promise<SwarmCounts | undefined> {
    return await this.#call(url, turn, (transport, deadlineMs) => transport.scrape(url, infoHash, deadlineMs))
  }

  /** See `ClosableTransport.askThrough`; the same again changes nothing. */
  askThrough(proxy: string): void {
    if (proxy === this.#proxy) return
    this.#proxy = proxy
    // who was silent by one way may answer by another
    this.#silent = new SilentServers(this.#options.clock, this.#options.random)
    this.#options.transports.http.askThrough(proxy)
    this.#options.transports.udp.askThrough(proxy)
  }

  /** From now on calls go faster and have at most `deadlineMs` in all. */
  hurry(deadlineMs: number): void {
    this.#endsAt = this.#options.clock.now() + deadlineMs
    this.#pacer.setLimits(closingPace)
  }

  /** Ends every call. */
  close(): void {
    this.#pacer.cancelAll()
    this.#options.transports.http.close()
    this.#options.transports.udp.close()
  }

  async #call<T>(
    url: TrackerUrl,
    turn: Turn,
    ask: (transport: TrackerTransport, deadlineMs: number) => Promise<T>,
  ): Promise<T> {
    const { kind } = url
    if (kind === 'unsupported') throw new RestTorrentError('fetch_failed', 'not a tracker url')
    const transport = this.#options.transports[kind]
    const task = () => this.#watched(serverOf(url), (deadlineMs) => ask(transport, deadlineMs))
    return await this.#pacer.run(url.hostname, turn.urgency, task, turn.signal)
  }

  async #watched<T>(server: string, ask: (deadlineMs: number) => Promise<T>): Promise<T> {
    const silent = this.#silent
    if (!silent.mayAsk(server)) {
      const who = this.#proxy === '' ? 'the server' : 'the server or the proxy'
      throw new RestTorrentError('fetch_failed', `${who} is silent`)
    }
    const startedAt = this.#options.clock.now()
    try {
      const result = await ask(Math.max(0, Math.min(answerWithinMs, this.#endsAt - startedAt)))
      silent.answered(server)
      return result
    } catch (error) {
      silent.failed(server, this.#options.clock.now() - startedAt)
      throw error
    }
  }

  #request(facts: AnnounceFacts): AnnounceRequest {
    return {
      ...facts,
      peerId: this.#options.peerId,
      port: this.#options.port,
      address: this.address,
      key: announceKey(this.#options.announceSecret, facts.infoHash),
      numWant: facts.event === 'stopped' ? 0 : peersWanted,
    }
  }
}
