import type { Identity } from './identity.ts'

/** A file as it was right after it was synced; `path` is relative to the save path. */
export interface SyncedFile extends Identity {
  index: number
  path: string
}

/** Takes bytes that are lent: they are valid until it returns, and changed by nobody. Or why there are none. */
export type Borrow = (error: unknown, bytes?: Uint8Array) => void

/** Where the pieces of one torrent are kept. */
export interface PieceStore {
  readonly pieceLength: number
  /** The bytes of a piece; 0 for an index that is none. */
  pieceSize(index: number): number
  /**
   * Lends bytes of a piece to who copies them at once, as peers are sent them: in this turn where they are at
   * hand. `invalid_parameter` for a range outside it.
   */
  lend(index: number, offset: number, length: number, borrow: Borrow): void
  /** Keeps whole pieces, from `index` on; the bytes must not change until it resolves. */
  write(index: number, bytes: Uint8Array): Promise<void>
  /** Makes every write that had resolved before the call survive a power cut. */
  sync(): Promise<{ files: SyncedFile[] }>
  /** Ends reading and writing, after what is under way; deletes nothing and syncs nothing. */
  close(): Promise<void>
}

/** Bytes of a piece, as the caller's own. Rejects with what `lend` tells. */
export async function readPiece(
  store: Pick<PieceStore, 'lend'>,
  index: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  store.lend(index, offset, length, (error, bytes) => {
    if (bytes === undefined) reject(error)
    else resolve(new Uint8Array(bytes))
  })
  return await promise
}
