/**
 * Local Service Discovery (BEP 14) for the whole process: announces the torrents of all sessions with `lsd`
 * and hands them the peers that others on the network announce. The engine's own stays off.
 */
import { randomBytes } from 'node:crypto'
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import type { Log } from '../log.ts'
import { AnnounceSchedule } from './announce-schedule.ts'
import { localNetworks } from './local-networks.ts'
import type { LocalSession } from './local-session.ts'
import { formatAnnounce, parseAnnounce } from './lsd-message.ts'
import { LsdSocket } from './lsd-socket.ts'
import { RateLimit } from './rate-limit.ts'
import { Recent } from './recent.ts'

/** At each turn at most one datagram is sent. */
const turnMs = 250
/** A peer that announces a torrent again is passed on again only after this time. */
const passAgainMs = 60_000
const mostRemembered = 10_000
const mostPassed = 500
const mostPassedOfOne = 100

export interface LocalDiscoveryOptions {
  /** The sessions with `lsd` that run, asked at each turn. */
  readonly sessions: () => LocalSession[]
  /** The address that sessions listen on, empty for all. */
  readonly listenHost: string
  readonly policy: AddressPolicy
  readonly log: Log
}

export class LocalDiscovery {
  readonly #sessions: () => LocalSession[]
  readonly #socket: LsdSocket
  readonly #cookie = randomBytes(8).toString('hex')
  readonly #schedule = new AnnounceSchedule()
  readonly #passed = new Recent(passAgainMs, mostRemembered)
  readonly #limit = new RateLimit(mostPassed, mostPassedOfOne)
  readonly #timer: NodeJS.Timeout

  constructor({ sessions, listenHost, policy, log }: LocalDiscoveryOptions) {
    this.#sessions = sessions
    this.#socket = new LsdSocket({
      networks: () => localNetworks(listenHost, policy),
      onDatagram: (bytes, address) => this.#hear(bytes, address),
      log,
    })
    this.#timer = setInterval(() => this.#turn(), turnMs)
  }

  /** Ends it; settles when its socket is closed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#socket.close()
  }

  /** The socket is open only while a session wants it. */
  #turn(): void {
    const sessions = this.#sessions()
    if (sessions.length === 0) {
      void this.#socket.close()
      return
    }
    const now = Date.now()
    this.#socket.keepOpen(now)
    if (!this.#socket.isReady) return
    this.#schedule.look(sessions, now)
    const batch = this.#schedule.next(sessions, now)
    if (batch) void this.#socket.send(formatAnnounce({ ...batch, cookie: this.#cookie }))
  }

  #hear(bytes: Uint8Array, address: string): void {
    const announce = parseAnnounce(bytes)
    if (announce === undefined || announce.cookie === this.#cookie) return
    const peer = `${address}:${announce.port}`
    const now = Date.now()
    for (const session of this.#sessions()) {
      for (const infoHash of announce.infoHashes.filter((one) => session.wants(one))) {
        this.#schedule.answer(session, infoHash, now)
        this.#pass(session, infoHash, peer, address, now)
      }
    }
  }

  #pass(session: LocalSession, infoHash: string, peer: string, address: string, now: number): void {
    const key = `${session.id} ${infoHash} ${peer}`
    if (this.#passed.age(key, now) < passAgainMs || !this.#limit.takes(address, now)) return
    this.#passed.note(key, now)
    session.addPeers(infoHash, [peer])
  }
}
