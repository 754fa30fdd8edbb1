/** What every session last reported. Reads are answered from here and nowhere else. */
import type { SessionView } from '../../protocol/session.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { RowList } from './row-list.ts'
import { SessionBoard } from './session-board.ts'

/** Hears of every change as it happens: without `before` a row is new, without `after` it is gone. */
export interface BoardListener {
  readonly session?: (id: string, before: SessionView | undefined, after: SessionView | undefined) => void
  /** The torrents of a session that is gone are gone with it, without a word of their own. */
  readonly torrent?: (
    sessionId: string,
    infoHash: string,
    before: TorrentRow | undefined,
    after: TorrentRow | undefined,
  ) => void
  /** The session's board is closed, also that of one which was never listed. */
  readonly closed?: (id: string) => void
}

/** The board of the process. Written by the supervisor, read by handlers. */
export class Board {
  readonly sessions = new RowList<SessionView>('sessions', (id, before, after) => {
    for (const { session } of this.#listeners) session?.(id, before, after)
  })
  readonly #boards = new Map<string, SessionBoard>()
  readonly #listeners = new Set<BoardListener>()

  /** The board of one session; undefined when there is none. */
  session(id: string): SessionBoard | undefined {
    return this.#boards.get(id)
  }

  open(id: string): SessionBoard {
    const board = new SessionBoard((infoHash, before, after) => {
      if (this.#boards.get(id) !== board) return
      for (const { torrent } of this.#listeners) torrent?.(id, infoHash, before, after)
    })
    this.#boards.set(id, board)
    return board
  }

  close(id: string): void {
    this.#boards.delete(id)
    this.sessions.delete(id)
    for (const { closed } of this.#listeners) closed?.(id)
  }

  /** Tells of every change from now on; gives its own undo. A listener must not throw. */
  watch(listener: BoardListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
