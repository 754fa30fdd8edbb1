/** The trackers of a session: made once, it serves every torrent until the session closes. */
import type { TrackerView } from '../../../protocol/tracker.ts'
import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceSubject } from './announce-subject.ts'
import { Announcer, type AnnouncerOptions, type TrackerLog } from './announcer.ts'
import { systemClock, type Clock } from './clock.ts'
import { HttpTracker, type TrackerFetch } from './http-tracker.ts'
import { usualPace, type PacerLimits } from './pacer.ts'
import { TrackerCalls } from './tracker-calls.ts'
import type { ResolveHost } from './udp-addresses.ts'
import { UdpTracker } from './udp-tracker.ts'

/** What a session's tracker client needs. */
export interface TrackerClientOptions {
  /** 20 bytes, the same as peers are told (BEP 20). */
  readonly peerId: Uint8Array
  /** What the `key` of each torrent rests on. */
  readonly announceSecret: string
  /** Told as our address; nothing without it. */
  readonly address?: string
  /** Where the session listens for peers. */
  readonly port: number
  readonly userAgent: string
  readonly policy: Pick<AddressPolicy, 'allows'>
  /** Which addresses a proxy may have. */
  readonly proxyPolicy: Pick<AddressPolicy, 'allows'>
  /** A setting `tracker_proxy`; none without it. */
  readonly proxy?: string
  readonly fetch: TrackerFetch
  readonly resolve: ResolveHost
  /** Told of errors that are bugs of ours, never of failing trackers. */
  readonly logBug: TrackerLog
  /** The session's own address as a tracker sees it (BEP 24). */
  readonly onExternalAddress?: (address: string) => void
  readonly pace?: PacerLimits
  readonly clock?: Clock
  readonly random?: () => number
}

/** One torrent's announces, from `add` to `stop`. */
export interface AnnounceHandle {
  /** Tells that the download is complete, where that is owed. */
  completed(): void
  /** Announces as soon as the tracker's minimal interval allows. */
  announceNow(): void
  /** Takes new tiers; trackers that leave are told `stopped`. */
  setTiers(tiers: readonly (readonly string[])[]): boolean
  status(): TrackerView[]
  /** Tells `stopped` where `started` was accepted; never rejects, resolves within 20 s. */
  stop(): Promise<void>
}

/** Announces the torrents of one session. */
export class TrackerClient {
  readonly #clock: Clock
  readonly #calls: TrackerCalls
  readonly #announcers = new Set<Announcer>()
  /** The same for all of them. */
  readonly #near: AnnouncerOptions
  #closed: Promise<void> | undefined

  constructor(options: TrackerClientOptions) {
    const { fetch, policy, proxyPolicy, userAgent, resolve, clock = systemClock } = options
    const { random = Math.random, logBug, onExternalAddress = () => undefined } = options
    this.#clock = clock
    this.#calls = new TrackerCalls({
      peerId: options.peerId,
      announceSecret: options.announceSecret,
      address: options.address ?? '',
      port: options.port,
      transports: {
        http: new HttpTracker({ fetch, policy, proxyPolicy, userAgent }),
        udp: new UdpTracker({ resolve, policy, clock }),
      },
      clock,
      random,
      pace: options.pace ?? usualPace,
    })
    const onStopped = (announcer: Announcer): unknown => this.#announcers.delete(announcer)
    this.#near = { calls: this.#calls, clock, random, logBug, onExternalAddress, onStopped }
    this.askThrough(options.proxy ?? '')
  }

  /** Announces a torrent from now on; throws `shutting_down` once the client is closed. */
  add(subject: AnnounceSubject): AnnounceHandle {
    if (this.#closed) throw new RestTorrentError('shutting_down', 'the session is closing')
    const announcer = new Announcer(subject, this.#near)
    this.#announcers.add(announcer)
    return announcer
  }

  /** Tells this address as ours from the next announce on; empty: none. */
  announceAs(address: string): void {
    this.#calls.address = address
  }

  /** Asks trackers by way of this proxy from now on, see the setting `tracker_proxy`; empty: of none. */
  askThrough(proxy: string): void {
    if (!this.#closed) this.#calls.askThrough(proxy)
  }

  /** Stops every torrent, those with peers first, and ends after `deadlineMs` at the latest; never rejects. */
  close(deadlineMs = 5000): Promise<void> {
    this.#closed ??= this.#close(deadlineMs)
    return this.#closed
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#calls.hurry(deadlineMs)
    let cancel: (() => void) | undefined
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#clock.after(deadlineMs, resolve)
    })
    await Promise.race([Promise.all([...this.#announcers].map((one) => one.stop())), deadline])
    cancel?.()
    this.#calls.close()
  }
}
