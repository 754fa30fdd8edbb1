import { systemClock, type Clock } from '../../trackers/clock.ts'
import { mostNamed, type PexMessage, type PexPeer } from './pex-message.ts'

/** Peers that join together are told together. */
const gatherMs = 2000
/** BEP 11 allows one message a minute; a peer's clock may be faster than ours. */
const intervalMs = 61_000

/** What a sender needs of its peer. */
export interface PexSenderSurroundings {
  /** The peers that this one may know at the moment. */
  current(): Iterable<PexPeer>
  send(message: PexMessage): void
}

/** Keeps one peer informed of who came and who went: the first time at once, then at most once a minute. */
export class PexSender {
  readonly #near: PexSenderSurroundings
  readonly #told = new Set<string>()
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #sentAt = -Infinity

  constructor(near: PexSenderSurroundings, clock: Clock = systemClock) {
    this.#near = near
    this.#clock = clock
  }

  /** Somebody came or went. */
  changed(): void {
    if (this.#cancel !== undefined) return
    const waitMs = Math.max(gatherMs, this.#sentAt + intervalMs - this.#clock.now())
    this.#cancel = this.#clock.after(waitMs, () => this.#tell())
  }

  stop(): void {
    this.#cancel?.()
  }

  #tell(): void {
    this.#cancel = undefined
    const current = new Map(Array.from(this.#near.current(), (peer) => [peer.address, peer]))
    const came = [...current.values()].filter(({ address }) => !this.#told.has(address))
    const went = [...this.#told].filter((address) => !current.has(address))
    if (came.length + went.length === 0) return
    const message = { added: came.slice(0, mostNamed), dropped: went.slice(0, mostNamed) }
    for (const { address } of message.added) this.#told.add(address)
    for (const address of message.dropped) this.#told.delete(address)
    this.#sentAt = this.#clock.now()
    this.#near.send(message)
    if (came.length > mostNamed || went.length > mostNamed) this.changed()
  }
}
