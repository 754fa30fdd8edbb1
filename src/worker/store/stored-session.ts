import * as z from 'zod'
import { ban } from '../../protocol/ban.ts'
import { dhtTable } from '../../protocol/dht-table.ts'
import type { SessionRecord } from '../../protocol/records.ts'
import { labels } from '../../protocol/labels.ts'
import { quotas } from '../../protocol/quotas.ts'
import { sessionSettings } from '../../protocol/session.ts'
import type { SkippedRow, StoredSession } from '../../protocol/store-rpc.ts'
import { noStatistics } from '../../protocol/session-statistics.ts'
import { jsonColumn, reasonOf } from './json-column.ts'
import { keptStatistics } from './stored-statistics.ts'

/** What stands in the column `record` of a session. */
const column = z.object({
  name: z.string(),
  labels: labels.default([]), // an older store has none
  ports: z.array(z.int()),
  memoryOnly: z.boolean(),
  started: z.boolean().default(true), // an older store has none
  createdAt: z.number(),
  owner: z.string().nullable(),
  root: z.string(),
  quotas,
  settings: sessionSettings,
  announceSecret: z.string(),
})

const row = z.object({
  id: z.string(),
  record: jsonColumn(column),
  clean: z.int().transform((value) => value === 1),
  removed: z.int().transform((value) => value === 1),
  dht: jsonColumn(dhtTable).nullable(),
  bans: jsonColumn(z.array(ban)),
  statistics: jsonColumn(keptStatistics).nullable(),
})

/** The column `record`; what the schema does not know is left out, so that it can be read again. */
export function sessionColumn(session: SessionRecord): string {
  return JSON.stringify(column.parse(session))
}

/** The session in a row, or why it cannot be read. */
export function readSession(values: Record<string, unknown>): StoredSession | SkippedRow {
  const read = row.safeParse(values)
  if (!read.success) {
    return { sessionId: String(values['id']), infoHash: undefined, reason: reasonOf(read.error) }
  }
  const { id, record, clean, removed, dht, bans, statistics } = read.data
  bans.sort((a, b) => a.at - b.at)
  const session = { id, ...record, ...(dht && { dhtTable: dht }) }
  return { session, bans, clean, removed, statistics: statistics ?? noStatistics }
}
