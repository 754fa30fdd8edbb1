/** What an order of pieces begins with. */
export interface PieceOrderOptions {
  readonly pieceCount: number
  blocksOf(piece: number): number
  /** Pieces that are there already. */
  has(piece: number): boolean
  /** From 0 to 1, for ties. */
  readonly random?: () => number
  /** Pieces of one extent, which are begun together where they are equally rare; 1 unless told. */
  readonly piecesTogether?: number
}
