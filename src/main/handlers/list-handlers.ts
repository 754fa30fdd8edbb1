/** The lists of torrents: a session's own as it is kept ready, every other made as it is asked for. */
import type { SessionTorrentRow, TorrentQuery } from '../../protocol/torrent-list.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { freshnessOf, freshnessOfAll } from './freshness.ts'
import type { Caller, Freshness, Handlers, Reply } from './reply.ts'
import { TimeSlices } from './time-slices.ts'
import { bodySteps, pageSteps, type ListSource, type TorrentPage } from './torrent-page.ts'

type ListHandlers = Pick<Handlers, 'get_torrent_list' | 'get_all_torrents'>

/** Rows that Socket.IO encodes in one go at the most. */
const mostOfSocket = 1000

/** The handlers of lists of torrents. */
export function listHandlers(supervisor: Supervisor, board: Board): ListHandlers {
  const slices = new TimeSlices()
  const sourceOf = ({ id, records }: SessionSupervisor): ListSource => ({
    sessionId: id,
    rows: () => board.session(id)?.torrents.rows() ?? [],
    records: records.torrents,
  })
  return {
    get_torrent_list: ({ session_id, ...query }, caller) => {
      const session = supervisor.session(session_id)
      const shown = board.session(session_id)
      if (shown === undefined) throw new RestTorrentError('session_not_found', 'session not found')
      const freshness = freshnessOf(session, shown)
      if (isWhole(query)) {
        const { torrents } = shown
        const value = () => ({ torrents: torrents.rows() })
        return { ready: { etag: torrents.etag, parts: () => torrents.parts(), value }, freshness }
      }
      const rowOf = picking<TorrentRow>(query.fields, ['info_hash'])
      return reply(slices, [sourceOf(session)], query, rowOf, caller, freshness)
    },
    get_all_torrents: (query, caller) => {
      const seen = [...supervisor.sessions()].filter(({ id }) => caller.access.sees(id))
      const pick = picking<SessionTorrentRow>(query.fields, ['session_id', 'info_hash'])
      const rowOf = (row: TorrentRow, session_id: string) => pick({ session_id, ...row })
      return reply(slices, seen.map(sourceOf), query, rowOf, caller, freshnessOfAll(seen, board))
    },
  }
}

function isWhole(query: object): boolean {
  return Object.values(query).every((value) => value === undefined)
}

/** The row as far as its fields are wanted; its names always are. */
function picking<Row extends object>(
  fields: readonly string[] | undefined,
  names: readonly (keyof Row & string)[],
): (row: Row) => Row {
  if (fields === undefined) return (row) => row
  const wanted = [...new Set([...names, ...(fields as (keyof Row & string)[])])]
  return (row) => {
    const picked: Partial<Row> = {}
    for (const field of wanted) if (row[field] !== undefined) picked[field] = row[field]
    return picked as Row
  }
}

function reply<Row extends object>(
  slices: TimeSlices,
  sources: readonly ListSource[],
  query: TorrentQuery,
  rowOf: (row: TorrentRow, sessionId: string) => Row,
  { transport }: Caller,
  freshness: Freshness,
): Reply<TorrentPage<Row>> | Promise<Reply<TorrentPage<Row>>> {
  if (transport === 'rest') return slices.run(restSteps(pageSteps(sources, query, rowOf), freshness))
  const limit = Math.min(query.limit ?? mostOfSocket, mostOfSocket)
  return slices.run(socketSteps(pageSteps(sources, { ...query, limit }, rowOf), freshness))
}

type ReplySteps<Row> = Generator<undefined, Reply<TorrentPage<Row>>>
type PageSteps<Row> = Generator<undefined, TorrentPage<Row>>

function* restSteps<Row extends object>(steps: PageSteps<Row>, freshness: Freshness): ReplySteps<Row> {
  const page = yield* steps
  return { ready: { ...(yield* bodySteps(page)), value: () => page }, freshness }
}

function* socketSteps<Row>(steps: PageSteps<Row>, freshness: Freshness): ReplySteps<Row> {
  return { value: yield* steps, freshness }
}
