/** How many connections a session may have: by its own setting, and by its share of the host's. */
import type { HostShare } from '../../../../protocol/host-share.ts'

/** The part of a session's connections that is kept for peers that it dials itself. */
const reserved = 0.1

export class PeerLimit {
  /** What the session's setting says. */
  own: number
  #share = Infinity

  constructor(own: number) {
    this.own = own
  }

  get most(): number {
    return Math.min(this.own, this.#share)
  }

  /** How many there may be with those that dial in. */
  get mostDialledIn(): number {
    return this.most - Math.floor(this.most * reserved)
  }

  /** Obeys the share of the host from now on, and tells it of the connections; gives how many are too many for it. */
  follow(share: HostShare, connections: number): number {
    share.set('peers', connections)
    const told = share.get('peerShare')
    this.#share = told === 0 ? Infinity : Math.max(0, told) // below 0: none
    return Math.max(0, connections - this.#share)
  }
}
