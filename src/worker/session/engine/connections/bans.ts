/**
 * Whom a session has nothing to do with: what main says, and who sends bad pieces. Such a ban is of an
 * address; inside ranges that an operator opened, where many peers share one, of an address and port.
 */
import { givesPlace, type Ban, type BanChange } from '../../../../protocol/ban.ts'
import { canonicalHost } from '../../../../protocol/canonical-host.ts'
import { writePeerAddress, type PeerAddress } from '../../../../protocol/peer-address.ts'

/** Bad pieces that a peer may have part in when others had part in them too. */
const mostStrikes = 3
const mostSuspects = 10_000

export interface BansOptions {
  readonly isOpened: (host: string) => boolean
  /** A peer is banned for its bad pieces. */
  readonly onBan: (ban: Ban) => void
}

export class Bans {
  readonly #options: BansOptions
  readonly #bans = new Map<string, Ban>()
  readonly #strikes = new Map<string, number>()

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
    for (const address of removed) {
      this.#strikes.delete(address)
      this.#bans.delete(address)
    }
    for (const ban of added) this.#bans.set(ban.address, ban)
  }

  /**
   * These peers sent a piece that does not hash as it should. One that sent all of it did it; where others,
   * web seeds among them, had part in it, any may have.
   */
  badPiece(sources: readonly PeerAddress[], isSole: boolean): void {
    const keys = new Set(sources.map((source) => this.#keyOf(source)))
    for (const key of keys) {
      const strikes = (this.#strikes.get(key) ?? 0) + 1
      if (this.#strikes.size < mostSuspects) this.#strikes.set(key, strikes)
      if (isSole || strikes >= mostStrikes) this.#convict(key)
    }
  }

  #convict(address: string): void {
    const place = this.#bans.has(address) ? undefined : givesPlace(this.#bans)
    if (place === 'none') return
    if (place) this.#bans.delete(place.address)
    const ban: Ban = { address, reason: 'bad_pieces', at: Date.now() }
    this.#bans.set(address, ban)
    this.#options.onBan(ban)
  }

  #keyOf({ host, port }: PeerAddress): string {
    const canonical = canonicalHost(host)
    return this.#options.isOpened(canonical) ? writePeerAddress({ host: canonical, port }) : canonical
  }
}
