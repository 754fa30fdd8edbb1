import * as z from 'zod'
import { keyEntry, type KeyRecord } from '../../protocol/access.ts'
import { jsonColumn, reasonOf } from './json-column.ts'

const column = keyEntry.extend({ hash: z.string().regex(/^[0-9a-f]{64}$/) })
const row = z.object({ record: jsonColumn(column) })

/** The column `record`. */
export function keyColumn(key: KeyRecord): string {
  return JSON.stringify(column.parse(key))
}

/** The key in a row; undefined for one that cannot be read, which then opens nothing. */
export function readKey(values: Record<string, unknown>): KeyRecord | undefined {
  const read = row.safeParse(values)
  if (!read.success) console.error(`key ${String(values['prefix'])} cannot be read: ${reasonOf(read.error)}`)
  return read.data?.record
}
