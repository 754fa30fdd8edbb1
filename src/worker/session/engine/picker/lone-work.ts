/**
 * Finds out who sends bad pieces: whoever had part in one works alone until the piece was fetched again, and
 * so does whoever fetches it, so that the next bad piece has one sender. One object for each torrent.
 */
import type { PeerShare } from './peer-share.ts'

/** A piece stays with the peer that took it so long; a slow one does not hold the others up for ever. */
const mostMs = 30_000

export class LoneWork {
  /** Who sent blocks of the pieces that are on their way. */
  readonly #senders = new Map<number, PeerShare[]>()
  /** Pieces that turned out bad and were not verified since, with those who had part in them. */
  readonly #bad = new Map<number, ReadonlySet<PeerShare>>()
  readonly #suspects = new Map<PeerShare, Set<number>>()
  readonly #owners = new Map<number, { readonly share: PeerShare; readonly since: number }>()
  /** Who had a piece alone and did not bring all of it, with the time at which it took it. */
  readonly #declined = new Map<number, Map<PeerShare, number>>()

  /** Pieces that turned out bad and are to be fetched again before others. */
  get bad(): Iterable<number> {
    return this.#bad.keys()
  }

  /** Whether the peer may be asked for blocks of the piece. */
  mayTake(piece: number, share: PeerShare, now: number): boolean {
    const declinedAt = this.#declined.get(piece)?.get(share)
    if (declinedAt !== undefined && now - declinedAt <= mostMs) return false
    const owner = this.#owners.get(piece)
    if (owner === undefined || owner.share === share) return true
    return now - owner.since > mostMs || !owner.share.pieces.has(piece)
  }

  /** The peer was asked for blocks of it. */
  took(piece: number, share: PeerShare, now: number): void {
    if (!this.#bad.has(piece) && !this.#suspects.has(share)) return
    if (this.#owners.get(piece)?.share !== share) this.#owners.set(piece, { share, since: now })
  }

  /** The peer will not send all that it was asked for. */
  released(piece: number, share: PeerShare): void {
    const owner = this.#owners.get(piece)
    if (owner?.share !== share) return
    this.#owners.delete(piece)
    const declined = this.#declined.get(piece)
    if (declined) declined.set(share, owner.since)
    else this.#declined.set(piece, new Map([[share, owner.since]]))
  }

  /** A block came. */
  sent(piece: number, share: PeerShare): void {
    const senders = this.#senders.get(piece)
    if (senders === undefined) this.#senders.set(piece, [share])
    else if (!senders.includes(share)) senders.push(share)
  }

  failed(piece: number): void {
    const senders = this.#senders.get(piece) ?? []
    const known = this.#bad.get(piece) ?? new Set()
    this.#bad.set(piece, new Set([...known, ...senders]))
    for (const share of senders) {
      const pieces = this.#suspects.get(share)
      if (pieces) pieces.add(piece)
      else this.#suspects.set(share, new Set([piece]))
    }
    this.#end(piece)
  }

  verified(piece: number): void {
    for (const share of this.#bad.get(piece) ?? []) {
      const pieces = this.#suspects.get(share)
      pieces?.delete(piece)
      if (pieces?.size === 0) this.#suspects.delete(share)
    }
    this.#bad.delete(piece)
    this.#declined.delete(piece)
    this.#end(piece)
  }

  #end(piece: number): void {
    this.#senders.delete(piece)
    this.#owners.delete(piece)
  }
}
