/** What a session's thread asks of its piece thread; the bytes lie in memory that both see. */
export interface PieceJob {
  readonly id: number
  readonly pieces: readonly Uint8Array[]
}

/** The SHA-1 of each of these pieces in hex. */
export interface PieceAnswer {
  readonly id: number
  readonly hashes: readonly string[]
}
