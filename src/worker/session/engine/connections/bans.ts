/**
 * Whom a session has nothing to do with any more, until it ends. A ban is of an address; inside ranges that
 * an operator opened, where many peers share one, of an address and port.
 */
import { readPeerAddress, writePeerAddress, type PeerAddress } from '../../../../protocol/peer-address.ts'
import { canonicalHost } from './canonical-host.ts'

/** Bad pieces that a peer may have part in when others had part in them too. */
const mostStrikes = 3
const mostKept = 10_000

export interface Ban {
  /** An IP address, or `host:port`. */
  readonly address: string
  readonly reason: 'bad_pieces' | 'manual'
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface BansOptions {
  readonly isOpened: (host: string) => boolean
  /** There is a new ban. */
  readonly onBan: () => void
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

  /** Bans an IP address, or `host:port`; the oldest ban is dropped where there are too many. */
  ban(address: string, reason: Ban['reason']): void {
    const key = canonicalAddress(address)
    this.#bans.set(key, { address: key, reason, at: Date.now() })
    for (const oldest of this.#bans.keys()) {
      if (this.#bans.size <= mostKept) break
      this.#bans.delete(oldest)
    }
    this.#options.onBan()
  }

  /** Whether it was banned. */
  unban(address: string): boolean {
    const key = canonicalAddress(address)
    this.#strikes.delete(key)
    return this.#bans.delete(key)
  }

  /**
   * These peers sent a piece that does not hash as it should. One that sent all of it did it; where others,
   * web seeds among them, had part in it, any may have.
   */
  badPiece(sources: readonly PeerAddress[], isSole: boolean): void {
    const keys = new Set(sources.map((source) => this.#keyOf(source)))
    for (const key of keys) {
      const strikes = (this.#strikes.get(key) ?? 0) + 1
      if (this.#strikes.size < mostKept) this.#strikes.set(key, strikes)
      if (isSole || strikes >= mostStrikes) this.ban(key, 'bad_pieces')
    }
  }

  #keyOf({ host, port }: PeerAddress): string {
    const canonical = canonicalHost(host)
    return this.#options.isOpened(canonical) ? writePeerAddress({ host: canonical, port }) : canonical
  }
}

function canonicalAddress(address: string): string {
  const peer = readPeerAddress(address)
  return peer === undefined
    ? canonicalHost(address)
    : writePeerAddress({ host: canonicalHost(peer.host), port: peer.port })
}
