/** Tells of faults that the engine keeps to itself: it answers a peer with nothing when a read fails. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { PieceStore } from './storage/piece-store.ts'

/** The same store; `onFault` hears of every read that failed for a reason other than what was asked. */
export function watchReads(store: PieceStore, onFault: (error: RestTorrentError) => void): PieceStore {
  const watch = (error: unknown): void => {
    if (error instanceof RestTorrentError && error.code !== 'invalid_parameter') onFault(error)
  }
  return {
    pieceLength: store.pieceLength,
    pieceSize: (index) => store.pieceSize(index),
    write: (index, bytes) => store.write(index, bytes),
    sync: () => store.sync(),
    close: () => store.close(),
    lend: (index, offset, length, borrow) => {
      store.lend(index, offset, length, (error, bytes) => {
        if (error !== null) watch(error)
        borrow(error, bytes)
      })
    },
  }
}
