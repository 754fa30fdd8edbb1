/** Payload bytes that each session has moved since the process began: what its torrents' rows gained. */
import type { Board } from '../board/board.ts'

export interface Moved {
  downloaded: number
  uploaded: number
}

/** Counts from its making on. A torrent that is removed leaves what it moved with its session. */
export class TransferTotals {
  readonly #moved = new Map<string, Moved>()

  constructor(board: Board) {
    board.watch({
      session: (id, _before, after) => {
        if (after === undefined) this.#moved.delete(id)
      },
      torrent: (sessionId, _infoHash, before, after) => {
        if (before === undefined || after === undefined) return
        const moved = this.#of(sessionId)
        moved.downloaded += Math.max(0, after.downloaded - before.downloaded)
        moved.uploaded += Math.max(0, after.uploaded - before.uploaded)
      },
    })
  }

  of(sessionId: string): Readonly<Moved> {
    return this.#moved.get(sessionId) ?? { downloaded: 0, uploaded: 0 }
  }

  #of(sessionId: string): Moved {
    const moved = this.#moved.get(sessionId) ?? { downloaded: 0, uploaded: 0 }
    this.#moved.set(sessionId, moved)
    return moved
  }
}
