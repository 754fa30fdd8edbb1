/** What callers may ask of a list of torrents: which of them, in which order, and how much of each. */
import * as z from 'zod'
import { fieldList } from './field-list.ts'
import { infoHash, sessionId } from './ids.ts'
import { flag, integer, text } from './parameters.ts'
import { torrentRow, torrentStates, type TorrentRow } from './torrent.ts'

/** A row of a list over several sessions. */
export const sessionTorrentRow = z.object({ session_id: z.string(), ...torrentRow.shape })
export type SessionTorrentRow = z.output<typeof sessionTorrentRow>

export type ListScalar = string | number | boolean | null

/** The fields by which a list over several sessions is sorted; all but `session_id` also sort that of one. */
export const sortColumns = Object.entries(sessionTorrentRow.shape)
  .filter(([, schema]) => isScalar(schema))
  .map(([name]) => name) as (keyof SessionTorrentRow)[]

const sortOfOne = sortColumns.filter((name): name is keyof TorrentRow => name !== 'session_id')

/** Where a page ended: the value of its last row in the column of the sort, and the row's own names. */
export interface ListPlace {
  readonly value: ListScalar
  readonly sessionId: string
  readonly infoHash: string
}

const place = z.tuple([
  z.string(),
  z.enum(['asc', 'desc']),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
  sessionId,
  infoHash,
])

const after = z
  .string()
  .max(16_384)
  .transform((cursor, context) => {
    const read = place.safeParse(jsonOf(cursor))
    if (read.success) return read.data
    context.addIssue('must be what next of a page before said')
    return z.NEVER
  })

const states = z
  .union([z.string().transform((list) => list.split(',').map((name) => name.trim())), z.array(z.string())])
  .pipe(z.array(z.enum(torrentStates, { error: `must be of ${torrentStates.join(', ')}` })).max(100))

function sorting<const Column extends string>(columns: readonly Column[]) {
  return z
    .enum(columns as readonly [Column, ...Column[]], { error: `must be one of ${columns.join(', ')}` })
    .optional()
    .describe('field by which the list is sorted, texts by their lower case, null last; default: added_at')
}

const infoHashes = z
  .union([z.string().transform((list) => list.split(',').map((one) => one.trim())), z.array(z.string())])
  .pipe(
    z
      .array(infoHash, { error: 'must be info hashes of 40 hex digits' })
      .max(10_000, { error: 'must not be more than 10000 info hashes' }),
  )

const query = {
  hashes: infoHashes.optional().describe('only these torrents, separated by commas'),
  state: states.optional().describe('only torrents in one of these states, such as "downloading,seeding"'),
  name: text(200).optional().describe('only torrents with this text in their name, whatever its case'),
  label: text(200).optional().describe('only torrents with this label'),
  tracker: text(300).optional().describe('only torrents with a tracker of this host, or of one below it'),
  private: flag.optional().describe('1: only private torrents (BEP 27); 0: only those known not to be'),
  has_error: flag.optional().describe('1: only torrents with an error; 0: only those without'),
  order: z.enum(['asc', 'desc']).optional().describe('default: asc'),
  limit: integer(1, 10_000).optional().describe('rows at the most; default: all, over Socket.IO 1000'),
  offset: integer(0, 10_000_000).optional().describe('rows to be passed over'),
  after: after.optional().describe('next of the page before: the list goes on there, whatever has changed'),
}

/** The parameters of `get_torrent_list`. */
export const torrentList = z.strictObject({
  session_id: sessionId,
  ...query,
  sort: sorting(sortOfOne),
  fields: fieldList(Object.keys(torrentRow.shape))
    .optional()
    .describe('fields of each row beside info_hash; default: all'),
})

/** The parameters of `get_all_torrents`. */
export const allTorrents = z.strictObject({
  ...query,
  sort: sorting(sortColumns),
  fields: fieldList(Object.keys(sessionTorrentRow.shape))
    .optional()
    .describe('fields of each row beside session_id and info_hash; default: all'),
})

/** What both lists may be asked. */
export type TorrentQuery = Omit<z.output<typeof allTorrents>, 'session_id'>

/** What stands beside the rows of a list that was asked for in parts. */
export const pageFields = {
  total: z.int().describe('torrents that fit, on this page or not'),
  next: z.string().nullable().describe('to be given as after for the next page; null on the last'),
}

/** What `get_torrent_list` answers: `total` and `next` only where more than the session was named. */
export const torrentListAnswer = z.object({
  torrents: z.array(torrentRow),
  total: pageFields.total.optional(),
  next: pageFields.next.optional(),
})

/** A place as callers are told it. */
export function cursorOf(column: string, order: 'asc' | 'desc', { value, ...row }: ListPlace): string {
  return toBase64Url(JSON.stringify([column, order, value, row.sessionId, row.infoHash]))
}

function toBase64Url(json: string): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(json))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function jsonOf(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))))
  } catch {
    return undefined
  }
}

function isScalar(schema: z.ZodType): boolean {
  const { type, anyOf = [] } = z.toJSONSchema(schema)
  return [{ type }, ...anyOf].every((one) => {
    return typeof one === 'object' && one.type !== 'object' && one.type !== 'array'
  })
}
