/** A peer as the choker sees it. */
export interface ServedPeer {
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerInterested: boolean
  choke(): void
  unchoke(): void
}

/** A peer without a block for so long, while we want some of it, is snubbing us. */
const snubbedAfterMs = 60_000

/** What passed between us and one peer, as far as it decides who is served. Instants are milliseconds. */
export class PeerTerms {
  readonly peer: ServedPeer
  /** When it was unchoked last; undefined until its first turn. */
  unchokedAt: number | undefined
  /** When it was choked, or became interested, last. */
  waitingSince: number
  /** Bytes sent since it was unchoked. */
  sent = 0
  #heardAt: number
  #period = 0
  #periodBefore = 0

  constructor(peer: ServedPeer, now: number) {
    this.peer = peer
    this.waitingSince = now
    this.#heardAt = now
  }

  /** Bytes that it sent us in the last two periods. */
  get received(): number {
    return this.#period + this.#periodBefore
  }

  receive(bytes: number, now: number): void {
    this.#period += bytes
    this.#heardAt = now
  }

  isSnubbed(now: number): boolean {
    return this.peer.amInterested && now - this.#heardAt >= snubbedAfterMs
  }

  /** A period of choking ends. */
  turnPeriod(now: number): void {
    if (!this.peer.amInterested) this.#heardAt = now // it owes us nothing
    this.#periodBefore = this.#period
    this.#period = 0
  }
}
