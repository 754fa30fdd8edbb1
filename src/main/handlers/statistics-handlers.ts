/** The command that shows what a session has done. */
import type { Board } from '../board/board.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { freshnessOf } from './freshness.ts'
import type { Handlers } from './reply.ts'

/** The handler of this command. */
export function statisticsHandlers(
  supervisor: Supervisor,
  board: Board,
): Pick<Handlers, 'get_session_statistics'> {
  return {
    get_session_statistics: ({ session_id }) => {
      const session = supervisor.session(session_id)
      const shown = board.session(session_id)
      const value = session.records.statistics.view()
      return shown === undefined ? { value } : { value, freshness: freshnessOf(session, shown) }
    },
  }
}
