/** What a session's thread and its piece thread say to each other. All bytes lie in memory that both see. */
export type PieceJob =
  | { readonly id: number; readonly hash: readonly Uint8Array[] }
  | { readonly id: number; readonly write: Uint8Array; readonly fd: number; readonly position: number }

/** The SHA-1 of each piece in hex, or whether all was written. */
export type PieceAnswer =
  { readonly id: number; readonly hashes: string[] } | { readonly id: number; readonly isWritten: boolean }
