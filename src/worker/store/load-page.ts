import type {
  LoadCursor,
  LoadPage,
  SkippedRow,
  StoredSession,
  StoredTorrent,
} from '../../protocol/store-rpc.ts'
import type { Statements } from './statements.ts'
import { readSession } from './stored-session.ts'
import { readTorrent } from './stored-torrent.ts'

const maxRows = 500
/** Main unpacks a page in one go: it must be done in a few milliseconds. */
const maxBytes = 1024 * 1024

/** The page at a cursor, see `StoreApi.load`. */
export function loadPage(statements: Statements, cursor: LoadCursor): LoadPage {
  const { part, after } = cursor
  const statement = part === 'sessions' ? statements.loadSessions : statements.loadTorrents
  const rows = takeRows(statement.iterate({ after, rows: maxRows }))
  const skipped: SkippedRow[] = []
  const kept = <Kept extends object>(read: (row: Row) => Kept | SkippedRow): Kept[] =>
    rows.taken.flatMap((values) => {
      const result = read(values)
      if (!isSkipped(result)) return [result]
      skipped.push(result)
      return []
    })
  const sessions: StoredSession[] = part === 'sessions' ? kept(readSession) : []
  const torrents: StoredTorrent[] = part === 'torrents' ? kept(readTorrent) : []
  const last = rows.taken.at(-1)
  return { sessions, torrents, skipped, next: nextCursor(part, rows.full, Number(last?.['seq'] ?? after)) }
}

type Row = Record<string, unknown>

/** Rows up to the limits; at least one, however large it is. */
function takeRows(rows: Iterable<Row>): { taken: Row[]; full: boolean } {
  const taken: Row[] = []
  let bytes = 0
  for (const row of rows) {
    taken.push(row)
    bytes += sizeOf(row)
    if (bytes >= maxBytes || taken.length >= maxRows) return { taken, full: true }
  }
  return { taken, full: false }
}

function sizeOf(row: Row): number {
  let size = 0
  for (const value of Object.values(row)) {
    if (typeof value === 'string' || value instanceof Uint8Array) size += value.length
  }
  return size
}

function nextCursor(part: LoadCursor['part'], full: boolean, after: number): LoadCursor | undefined {
  if (full) return { part, after }
  return part === 'sessions' ? { part: 'torrents', after: 0 } : undefined
}

function isSkipped(result: object): result is SkippedRow {
  return 'reason' in result
}
