/**
 * Whom a session has nothing to do with: what main says, and who sends bad pieces. Such a ban is of an
 * address; inside ranges that an operator opened, where many peers share one, of an address and port.
 */
import { givesPlace } from '../../../../protocol/ban-places.ts'
import type { Ban, BanChange } from '../../../../protocol/ban.ts'
import { canonicalHost } from '../../../../protocol/canonical-host.ts'
import { writePeerAddress, type PeerAddress } from '../../../../protocol/peer-address.ts'

/** A peer is banned at so many bad pieces that it had part in, while nobody knows who of those spoilt them. */
const mostStrikes = 3
const mostUnsolved = 10_000

export interface BansOptions {
  readonly isOpened: (host: string) => boolean
  /** A peer is banned for its bad pieces. */
  readonly onBan: (ban: Ban) => void
}

export class Bans {
  readonly #options: BansOptions
  readonly #bans = new Map<string, Ban>()
  /** The peers of each bad piece of which nobody knows who did it. */
  readonly #unsolved = new Set<ReadonlySet<string>>()

  constructor(options: BansOptions) {
    this.#options = options
  }

  /** The bans, oldest first. */
  list(): Ban[] {
    return [...this.#bans.values()]
  }

  has(host: string, port?: number): boolean {
    if (this.#bans.size === 0) return false
    const canonical = canonicalHost(host)
    if (this.#bans.has(canonical)) return true
    return port !== undefined && this.#bans.has(writePeerAddress({ host: canonical, port }))
  }

  /** Obeys what main says. */
  change({ added, removed }: BanChange): void {
    for (const address of removed) this.#bans.delete(address)
    for (const ban of added) this.#set(ban)
  }

  /**
   * These peers sent a piece that does not hash as it should. One that sent all of it did it; where others,
   * web seeds among them, had part in it, any may have, and a ban of one clears the others.
   */
  badPiece(sources: readonly PeerAddress[], isSole: boolean): void {
    const keys = new Set(sources.map((source) => this.#keyOf(source)))
    if (!isSole) {
      if ([...keys].some((key) => this.#bans.has(key))) return
      if (this.#unsolved.size < mostUnsolved) this.#unsolved.add(keys)
    }
    const banned = [...keys].filter((key) => isSole || this.#strikes(key) >= mostStrikes)
    for (const key of banned) this.#convict(key)
  }

  #strikes(key: string): number {
    let strikes = 0
    for (const peers of this.#unsolved) if (peers.has(key)) strikes += 1
    return strikes
  }

  #convict(address: string): void {
    const place = this.#bans.has(address) ? undefined : givesPlace(this.#bans)
    if (place === 'none') return
    if (place) this.#bans.delete(place.address)
    const ban: Ban = { address, reason: 'bad_pieces', at: Date.now() }
    this.#set(ban)
    this.#options.onBan(ban)
  }

  /** Whoever shared bad pieces with the banned one is cleared of them. */
  #set(ban: Ban): void {
    this.#bans.set(ban.address, ban)
    for (const peers of this.#unsolved) if (peers.has(ban.address)) this.#unsolved.delete(peers)
  }

  #keyOf({ host, port }: PeerAddress): string {
    const canonical = canonicalHost(host)
    return this.#options.isOpened(canonical) ? writePeerAddress({ host: canonical, port }) : canonical
  }
}
