/** What changed since a caller asked last, by what followers are told of. */
import { RestTorrentError } from '../../protocol/errors.ts'
import type { CommandOutput } from '../../protocol/commands.ts'
import type { Board } from '../board/board.ts'
import type { Live } from '../live/live.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { freshnessOf, freshnessOfAll } from './freshness.ts'
import type { Handlers } from './reply.ts'

type Updates = CommandOutput<'get_updates'>

/** The handler of `get_updates`. */
export function updateHandlers(
  live: Pick<Live, 'updateSince'>,
  supervisor: Supervisor,
  board: Board,
): Pick<Handlers, 'get_updates'> {
  return {
    get_updates: ({ since, ...wanted }, { access }) => {
      const { revision, json } = live.updateSince(wanted, access, since)
      const ready = {
        etag: `"${revision}"`,
        parts: () => [Buffer.from(`{"status":"success",${json.slice(1)}`)],
        value: () => JSON.parse(json) as Updates,
      }
      if (wanted.topic !== 'torrents') {
        const seen = [...supervisor.sessions()].filter(({ id }) => access.sees(id))
        return { ready, freshness: freshnessOfAll(seen, board) }
      }
      const session = supervisor.session(wanted.session_id ?? '')
      const shown = board.session(session.id)
      if (shown === undefined) throw new RestTorrentError('session_not_found', 'session not found')
      return { ready, freshness: freshnessOf(session, shown) }
    },
  }
}
