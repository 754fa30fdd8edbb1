/** One page of a list of torrents: filtered, sorted, cut and reduced to the fields that are wanted. */
import { createHash } from 'node:crypto'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import {
  cursorOf,
  type ListPlace,
  type ListScalar,
  type SessionTorrentRow,
  type TorrentQuery,
} from '../../protocol/torrent-list.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { sortSteps } from './sort-steps.ts'
import type { Steps } from './time-slices.ts'
import { filterOf } from './torrent-filter.ts'

/** The torrents of one session. */
export interface ListSource {
  readonly sessionId: string
  readonly rows: () => readonly TorrentRow[]
  readonly records: ReadonlyMap<string, TorrentRecord>
}

export interface TorrentPage<Row> {
  readonly total: number
  readonly next: string | null
  readonly torrents: Row[]
}

interface Found extends ListPlace {
  readonly row: TorrentRow
}

type Column = keyof SessionTorrentRow

const stepLength = 64

/** Throws `invalid_parameter` where `after` is of a list in another order. */
export function* pageSteps<Row extends object>(
  sources: readonly ListSource[],
  query: TorrentQuery,
  rowOf: (row: TorrentRow, sessionId: string) => Row,
): Steps<TorrentPage<Row>> {
  const { sort = 'added_at', order = 'asc', limit = Infinity, offset = 0 } = query
  const compare = comparison(order)
  const begin = beginOf(query.after, sort, order)
  const found = yield* findSteps(sources, query, sort)
  const rest = begin === undefined ? found : found.filter((one) => compare(one, begin) > 0)
  yield
  const sorted = yield* sortSteps(rest, compare)
  const page = sorted.slice(offset, offset + limit)
  const last = page.at(-1)
  const isMore = last !== undefined && offset + page.length < sorted.length
  const torrents: Row[] = []
  for (const { row, sessionId } of page) {
    torrents.push(rowOf(row, sessionId))
    if (torrents.length % stepLength === 0) yield
  }
  return { total: found.length, next: isMore ? cursorOf(sort, order, last) : null, torrents }
}

/** The success body of a page, and a tag that is the same for the same body. */
export function* bodySteps({
  torrents,
  ...rest
}: TorrentPage<object>): Steps<{ parts: () => Buffer[]; etag: string }> {
  const hash = createHash('sha256')
  const parts: Buffer[] = []
  const put = (text: string): void => {
    const part = Buffer.from(text)
    parts.push(part)
    hash.update(part)
  }
  put(`${JSON.stringify({ status: 'success', ...rest }).slice(0, -1)},"torrents":[`)
  for (let at = 0; at < torrents.length; at += stepLength) {
    const rows = torrents.slice(at, at + stepLength).map((row) => JSON.stringify(row))
    put(`${at === 0 ? '' : ','}${rows.join(',')}`)
    yield
  }
  put(']}')
  return { parts: () => parts, etag: `"${hash.digest('base64url').slice(0, 22)}"` }
}

function* findSteps(sources: readonly ListSource[], query: TorrentQuery, sort: Column): Steps<Found[]> {
  const fits = filterOf(query)
  const found: Found[] = []
  let looked = 0
  for (const { sessionId, rows, records } of sources) {
    for (const row of rows()) {
      const { info_hash: infoHash } = row
      if (fits(row, () => records.get(infoHash)))
        found.push({ value: valueOf(row, sessionId, sort), sessionId, infoHash, row })
      if (++looked % stepLength === 0) yield
    }
  }
  return found
}

function valueOf(row: TorrentRow, sessionId: string, column: Column): ListScalar {
  const value = column === 'session_id' ? sessionId : row[column]
  if (typeof value === 'string') return value.toLowerCase()
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** Null is last in both directions; what is equal is told apart by its names. */
function comparison(order: 'asc' | 'desc'): (one: ListPlace, other: ListPlace) => number {
  const sign = order === 'asc' ? 1 : -1
  return (one, other) => {
    if (one.value !== other.value) {
      if (one.value === null) return 1
      if (other.value === null) return -1
      if (one.value < other.value) return -sign
      if (one.value > other.value) return sign
    }
    return compareTexts(one.infoHash, other.infoHash) || compareTexts(one.sessionId, other.sessionId)
  }
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function beginOf(after: TorrentQuery['after'], sort: Column, order: 'asc' | 'desc'): ListPlace | undefined {
  if (after === undefined) return undefined
  const [column, ofOrder, value, sessionId, infoHash] = after
  if (column === sort && ofOrder === order) return { value, sessionId, infoHash }
  throw new RestTorrentError('invalid_parameter', `parameter after: is of a list by ${column}, ${ofOrder}`)
}
