import { PieceSet } from './piece-set.ts'

/** What one peer has of the torrent, and how much of that matters. Only SwarmPieces writes it. */
export class PeerShare {
  pieces: PieceSet
  /** Pieces of it that are wanted and not there yet; not kept for a peer that has all. */
  wanted = 0
  /** Pieces of it that are wanted and not begun; not kept for a peer that has all. */
  untouched = 0

  constructor(pieceCount: number) {
    this.pieces = PieceSet.of(pieceCount)
  }
}
