/** What every session last reported. Reads are answered from here and nowhere else. */
import type { SessionView } from '../../protocol/session.ts'
import { RowList } from './row-list.ts'
import { SessionBoard } from './session-board.ts'

/** The board of the process. Written by the supervisor, read by handlers. */
export class Board {
  readonly sessions = new RowList<SessionView>('sessions')
  readonly #boards = new Map<string, SessionBoard>()

  /** The board of one session; undefined when there is none. */
  session(id: string): SessionBoard | undefined {
    return this.#boards.get(id)
  }

  open(id: string): SessionBoard {
    const board = new SessionBoard()
    this.#boards.set(id, board)
    return board
  }

  close(id: string): void {
    this.#boards.delete(id)
    this.sessions.delete(id)
  }
}
