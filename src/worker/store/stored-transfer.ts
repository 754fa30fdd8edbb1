import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { TransferUse } from '../../protocol/transfer.ts'

/** The table of what was transferred in a month. */
export function transferTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE transfer (
      holder TEXT PRIMARY KEY,
      month TEXT NOT NULL,
      bytes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `)
}

/** The statements on it. */
export const transferStatements = {
  putTransfer: 'INSERT OR REPLACE INTO transfer (holder, month, bytes) VALUES (:holder, :month, :bytes)',
  // nobody asks for a month that is over
  trimTransfers: 'DELETE FROM transfer WHERE month < :month',
  loadTransfers: 'SELECT holder, month, bytes FROM transfer',
} as const

const row = z.object({ holder: z.string(), month: z.string(), bytes: z.int() })

/** What stands in a row; undefined for one that cannot be read. */
export function readTransfer(values: Record<string, unknown>): TransferUse | undefined {
  return row.safeParse(values).data
}
