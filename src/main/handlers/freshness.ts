/** How old what the board shows of a session is. */
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Freshness } from './reply.ts'

/** The age of the last report, stale where no worker is there to make the next one. */
export function freshnessOf(session: SessionSupervisor, board: SessionBoard): Freshness {
  const { generation } = session
  const stale = generation === undefined || session.state !== 'running' || generation.liveness !== 'alive'
  return { ageMs: board.ageMs(Date.now()), stale }
}
