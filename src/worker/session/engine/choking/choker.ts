/**
 * Decides which peers of one torrent may ask us for blocks. Every 10 s all slots are given anew; every 30 s
 * one of them, while we download, goes to whoever has been waiting, whatever it sends us (BEP 3). A slot that
 * is free is given at once.
 */
import { byExchange, byTurns, firstInLine } from './choose-served.ts'
import { PeerTerms, type ServedPeer } from './peer-terms.ts'

const periodMs = 10_000
/** The optimistic slot stays with a peer for so many periods. */
const optimisticPeriods = 3

export interface ChokerOptions<Peer extends ServedPeer> {
  /** Peers that are unchoked at the same time. */
  readonly slots: number
  /** We have all that we want. */
  readonly isSeeding: () => boolean
  /** It wants nothing, whatever it says: it has everything already. */
  readonly needsNothing: (peer: Peer) => boolean
  readonly now?: () => number
}

export class Choker<Peer extends ServedPeer> {
  readonly #options: ChokerOptions<Peer>
  readonly #now: () => number
  readonly #terms = new Map<Peer, PeerTerms>()
  readonly #timer: NodeJS.Timeout
  #slots: number
  #optimistic: PeerTerms | undefined
  #periodsLeft = 0

  constructor(options: ChokerOptions<Peer>) {
    this.#options = options
    this.#slots = options.slots
    this.#now = options.now ?? (() => performance.now())
    this.#timer = setInterval(() => this.rechoke(), periodMs).unref()
  }

  /** Knows the peer from now on. */
  join(peer: Peer): void {
    this.#terms.set(peer, new PeerTerms(peer, this.#now()))
    this.changed(peer)
  }

  /** The peer became interested or not, or has everything now. */
  changed(peer: Peer): void {
    const terms = this.#terms.get(peer)
    if (terms === undefined) return
    if (!this.#wants(peer)) this.#choke(terms)
    else if (peer.amChoking) terms.waitingSince = this.#now()
    this.#fill()
  }

  leave(peer: Peer): void {
    const terms = this.#terms.get(peer)
    this.#terms.delete(peer)
    if (terms !== undefined && terms === this.#optimistic) this.#optimistic = undefined
    this.#fill()
  }

  /** Bytes of blocks that came from a peer, and that were sent to it. */
  count(peer: Peer, received: number, sent: number): void {
    const terms = this.#terms.get(peer)
    if (received > 0) terms?.receive(received, this.#now())
    if (terms !== undefined) terms.sent += sent
  }

  setSlots(slots: number): void {
    if (slots === this.#slots) return
    this.#slots = slots
    this.#serve()
  }

  /** Ends a period: gives all slots anew. */
  rechoke(): void {
    this.#periodsLeft -= 1
    if (this.#periodsLeft <= 0) this.#optimistic = undefined
    this.#serve()
    for (const terms of this.#terms.values()) terms.turnPeriod(this.#now())
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#terms.clear()
  }

  #serve(): void {
    const now = this.#now()
    const wanting = this.#wanting()
    const served = new Set(this.#chosen(wanting, now))
    for (const terms of wanting) if (!served.has(terms)) this.#choke(terms)
    for (const terms of served) this.#unchoke(terms)
    this.#fill()
  }

  #chosen(wanting: readonly PeerTerms[], now: number): PeerTerms[] {
    if (this.#options.isSeeding()) {
      this.#optimistic = undefined
      return byTurns(wanting, now).slice(0, this.#slots)
    }
    const regular = byExchange(wanting, now)
      .filter((terms) => terms !== this.#optimistic)
      .slice(0, this.#slots - 1)
    if (this.#optimistic === undefined || !wanting.includes(this.#optimistic)) {
      this.#optimistic = wanting.filter((terms) => !regular.includes(terms)).sort(firstInLine)[0]
      this.#periodsLeft = optimisticPeriods
    }
    return this.#optimistic === undefined ? regular : [...regular, this.#optimistic]
  }

  /** Gives free slots to those who wait. */
  #fill(): void {
    const wanting = this.#wanting()
    const [now, isSeeding] = [this.#now(), this.#options.isSeeding()]
    let free = this.#slots - wanting.filter(({ peer }) => !peer.amChoking).length
    const waiting = wanting.filter((terms) => terms.peer.amChoking && (isSeeding || !terms.isSnubbed(now)))
    for (const terms of waiting.sort(firstInLine)) {
      if (free <= 0) return
      this.#unchoke(terms)
      free -= 1
    }
  }

  #wanting(): PeerTerms[] {
    return [...this.#terms].flatMap(([peer, terms]) => (this.#wants(peer) ? [terms] : []))
  }

  #wants(peer: Peer): boolean {
    return peer.peerInterested && !this.#options.needsNothing(peer)
  }

  #unchoke(terms: PeerTerms): void {
    if (!terms.peer.amChoking) return
    terms.unchokedAt = this.#now()
    terms.sent = 0
    terms.peer.unchoke()
  }

  #choke(terms: PeerTerms): void {
    if (terms.peer.amChoking) return
    terms.waitingSince = this.#now()
    terms.peer.choke()
  }
}
