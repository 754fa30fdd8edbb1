/** The place of a torrent's pieces as its engine knows it: another one can be put behind it meanwhile. */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { Borrow, PieceStore, SyncedFile } from './piece-store.ts'

export class SwitchedStore implements PieceStore {
  readonly pieceLength: number
  #store: PieceStore
  #held: PromiseWithResolvers<undefined> | undefined

  constructor(store: PieceStore) {
    this.pieceLength = store.pieceLength
    this.#store = store
  }

  pieceSize(index: number): number {
    return this.#store.pieceSize(index)
  }

  lend(index: number, offset: number, length: number, borrow: Borrow): void {
    if (this.#held === undefined) this.#store.lend(index, offset, length, borrow)
    else this.#held.promise.then(() => this.#store.lend(index, offset, length, borrow), borrow)
  }

  write(index: number, bytes: Uint8Array): Promise<void> {
    if (this.#held === undefined) return this.#store.write(index, bytes)
    return this.#held.promise.then(() => this.#store.write(index, bytes))
  }

  sync(): Promise<{ files: SyncedFile[] }> {
    return this.#store.sync()
  }

  /** Has what is asked from now on wait for the next store. What is under way is not waited for. */
  hold(): void {
    this.#held ??= waiting()
  }

  /** Goes on with this store. */
  release(store: PieceStore): void {
    this.#store = store
    this.#held?.resolve(undefined)
    this.#held = undefined
  }

  /** Rejects what waits for the next store. The store itself is closed by who opened it: it may be lent again. */
  close(): Promise<void> {
    const held = this.#held
    this.#held = held && waiting()
    held?.reject(new RestTorrentError('disk_failed', 'the storage of the torrent is closed'))
    return Promise.resolve()
  }
}

function waiting(): PromiseWithResolvers<undefined> {
  const held = Promise.withResolvers<undefined>()
  held.promise.catch(() => undefined) // there may be nobody who waits
  return held
}
