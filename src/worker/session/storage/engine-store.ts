import { readPiece, type Borrow, type PieceStore } from './piece-store.ts'

type Callback<Result = void> = (error: unknown, result?: Result) => void

/** What the engine asks of `store.get`: the whole piece unless it says which part. */
export interface GetOptions {
  offset?: number
  length?: number
}

/**
 * A PieceStore in the form the engine takes as a torrent's store. Errors reach it as they are, with their
 * codes. Nothing is ever deleted through it: `destroy` closes.
 */
export class EngineStore {
  readonly chunkLength: number
  readonly #pieces: PieceStore

  constructor(pieces: PieceStore) {
    this.#pieces = pieces
    this.chunkLength = pieces.pieceLength
  }

  put(index: number, bytes: Uint8Array, callback: Callback = ignore): void {
    settle(this.#pieces.write(index, bytes), callback)
  }

  /** As PieceStore.lend, for peers. */
  lend(index: number, offset: number, length: number, borrow: Borrow): void {
    this.#pieces.lend(index, offset, length, borrow)
  }

  get(
    index: number,
    options: GetOptions | null | undefined | Callback<Uint8Array>,
    callback: Callback<Uint8Array> = ignore,
  ): void {
    if (typeof options === 'function') {
      this.get(index, undefined, options)
      return
    }
    const offset = options?.offset ?? 0
    const length = options?.length ?? this.#pieces.pieceSize(index) - offset
    settle(readPiece(this.#pieces, index, offset, length), callback)
  }

  close(callback: Callback = ignore): void {
    settle(this.#pieces.close(), callback)
  }

  destroy(callback: Callback = ignore): void {
    this.close(callback)
  }
}

function settle<Result>(promise: Promise<Result>, callback: Callback<Result>): void {
  promise.then((result) => callback(null, result), callback)
}

// The engine leaves the callback out when it does not want to know.
function ignore(): void {
  return
}
