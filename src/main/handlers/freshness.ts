/** How old what the board shows of sessions is. */
import type { SessionState } from '../../protocol/session.ts'
import type { Board } from '../board/board.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Freshness } from './reply.ts'

const atRest: ReadonlySet<SessionState> = new Set(['failed', 'stopped'])

/** The age of the last report, stale where no worker is there to make the next one. */
export function freshnessOf(session: SessionSupervisor, board: SessionBoard): Freshness {
  const { generation } = session
  const stale = generation === undefined || session.state !== 'running' || generation.liveness !== 'alive'
  return { ageMs: board.ageMs(Date.now()), stale }
}

/**
 * The age of the oldest of their reports; stale where one of them is. A session that failed or is stopped has
 * no report to wait for: what is shown of it is so until its state changes.
 */
export function freshnessOfAll(sessions: Iterable<SessionSupervisor>, board: Board): Freshness {
  let [oldest, stale] = [0, false]
  for (const session of sessions) {
    const shown = board.session(session.id)
    if (shown === undefined || !board.sessions.has(session.id)) continue // it is being created
    if (session.generation === undefined && atRest.has(session.state)) continue
    const one = freshnessOf(session, shown)
    oldest = Math.max(oldest, one.ageMs)
    stale ||= one.stale
  }
  return { ageMs: oldest, stale }
}
