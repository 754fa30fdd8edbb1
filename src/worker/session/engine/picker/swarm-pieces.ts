/**
 * What the peers have together: how many have each piece, and for each peer how many of its pieces are
 * wanted. Everything is kept as it changes; a peer that has all costs nothing per piece.
 */
import type { PeerShare } from './peer-share.ts'
import { PieceSet } from './piece-set.ts'

/** What the counts rest on. */
export interface PieceFacts {
  readonly pieceCount: number
  isWanted(piece: number): boolean
  isUntouched(piece: number): boolean
  /** More or fewer peers have the piece. */
  onAvailability(piece: number): void
}

export class SwarmPieces {
  readonly #facts: PieceFacts
  /** Peers that have some pieces, but not all. */
  readonly #parts: PeerShare[] = []
  readonly #seeds = new Set<PeerShare>()
  readonly #counts: Uint32Array
  #wanted = 0
  #untouched = 0

  constructor(facts: PieceFacts) {
    this.#facts = facts
    this.#counts = new Uint32Array(facts.pieceCount)
  }

  /** Peers that have the piece; those that have all pieces are not counted, since they never tell two apart. */
  rank(piece: number): number {
    return this.#counts[piece] ?? 0
  }

  /** For each piece the peers that have it, all included. */
  availability(): Uint32Array {
    return this.#counts.map((count) => count + this.#seeds.size)
  }

  /** Pieces that are missing and wanted. */
  get wanted(): number {
    return this.#wanted
  }

  wantedOf(share: PeerShare): number {
    return share.pieces.isAll ? this.#wanted : share.wanted
  }

  untouchedOf(share: PeerShare): number {
    return share.pieces.isAll ? this.#untouched : share.untouched
  }

  /** The peer has exactly these pieces from now on; a peer not known before joins. */
  replace(share: PeerShare, pieces: PieceSet): void {
    this.leave(share)
    share.pieces = pieces
    share.wanted = 0
    share.untouched = 0
    if (pieces.isAll) this.#seeds.add(share)
    else this.#parts.push(share)
    if (!pieces.isAll && pieces.size > 0) pieces.each((piece) => this.#count(share, piece, 1))
  }

  /** Takes what the peer has out of the counts. */
  leave(share: PeerShare): void {
    const part = this.#parts.indexOf(share)
    if (part >= 0) {
      this.#parts.splice(part, 1)
      if (share.pieces.size > 0) share.pieces.each((piece) => this.#count(share, piece, -1))
    } else if (!this.#seeds.delete(share)) return
    share.pieces = PieceSet.of(this.#facts.pieceCount)
  }

  gain(share: PeerShare, piece: number): void {
    if (this.#parts.includes(share) && share.pieces.add(piece)) this.#count(share, piece, 1)
  }

  lose(share: PeerShare, piece: number): void {
    if (this.#seeds.has(share)) this.replace(share, allBut(share.pieces, piece))
    else if (this.#parts.includes(share) && share.pieces.delete(piece)) this.#count(share, piece, -1)
  }

  /** A piece became wanted (1) or is there or unwanted now (-1). */
  countWanted(piece: number, change: 1 | -1): void {
    this.#wanted += change
    for (const share of this.#parts) if (share.pieces.has(piece)) share.wanted += change
  }

  /** A wanted piece became untouched (1) or is no longer both (-1). */
  countUntouched(piece: number, change: 1 | -1): void {
    this.#untouched += change
    for (const share of this.#parts) if (share.pieces.has(piece)) share.untouched += change
  }

  #count(share: PeerShare, piece: number, change: 1 | -1): void {
    this.#counts[piece] = (this.#counts[piece] ?? 0) + change
    if (this.#facts.isWanted(piece)) share.wanted += change
    if (this.#facts.isUntouched(piece)) share.untouched += change
    this.#facts.onAvailability(piece)
  }
}

function allBut({ pieceCount }: PieceSet, piece: number): PieceSet {
  const pieces = PieceSet.all(pieceCount)
  pieces.delete(piece)
  return pieces
}
