import type { DatabaseSync } from 'node:sqlite'
import type { AuditEntry, AuditRow } from '../../protocol/audit.ts'
import { auditEntry } from '../../protocol/audit.ts'
import { jsonColumn } from './json-column.ts'

/** The table of the audit log; its key is apart, because entries are bounded for each. */
export function auditTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE audit (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL,
      entry TEXT NOT NULL
    ) STRICT;

    CREATE INDEX audit_key ON audit (key, seq);
  `)
}

/** The statements on it. */
export const auditStatements = {
  putAudit: 'INSERT INTO audit (key, entry) VALUES (:key, :entry)',
  trimAuditOfKey: `
    DELETE FROM audit WHERE key = :key
    AND seq <= (SELECT seq FROM audit WHERE key = :key ORDER BY seq DESC LIMIT 1 OFFSET :keep)`,
  trimAudit: 'DELETE FROM audit WHERE seq <= (SELECT MAX(seq) FROM audit) - :keep',
  loadAudit: 'SELECT seq, entry FROM audit WHERE seq < :before ORDER BY seq DESC LIMIT :limit',
} as const

/** The column `key`; empty for what was done without a key. */
export function auditKey(key: string | null): string {
  return key ?? ''
}

/** The column `entry`. */
export function auditColumn(entry: AuditEntry): string {
  return JSON.stringify(auditEntry.parse(entry))
}

const form = jsonColumn(auditEntry)

/** The entry in a row; undefined for one that cannot be read. */
export function readAudit(values: Record<string, unknown>): AuditRow | undefined {
  const { data } = form.safeParse(values['entry'])
  return data && { ...data, id: Number(values['seq']) }
}
