/** Wanted pieces of which no block was requested yet, by level, in the order in which they shall be begun. */
export interface UntouchedPieces {
  /** Adds a piece that is not in it. */
  add(piece: number, level: number, availability: number): void
  /** Removes a piece that is in it. */
  remove(piece: number): void
  /** Moves a piece that is in it, when more or fewer peers have it. */
  rank(piece: number, availability: number): void
  /** Calls `visit` with the pieces of a level, best first, until it answers false. It must not change them. */
  visit(level: number, visit: (piece: number) => boolean): void
  /** A piece that is in it and those near it that are as good: what comes together is written together. */
  alike(piece: number): readonly number[]
}

/** Levels of pieces: 0 is not wanted, 1 to 7 are priorities, and the highest is a streaming window. */
export const windowLevel = 8
