/** How every connection to the store is set up. No other file sets one of these. */
import type { DatabaseSync } from 'node:sqlite'

const pragmas = {
  // one connection for as long as the store is open: no shared memory file, and nobody else comes in
  locking_mode: 'EXCLUSIVE',
  journal_mode: 'WAL',
  // the log is synced at each commit: what was committed is there after a power cut
  synchronous: 'FULL',
  foreign_keys: 'ON',
  temp_store: 'MEMORY',
  cache_size: -16_384, // KiB
  // pages, as many as the log keeps: a commit that moves them to the file pays for those before it
  wal_autocheckpoint: 16_000,
  journal_size_limit: 64 * 1024 * 1024,
  cell_size_check: 'ON',
  trusted_schema: 'OFF',
} as const

/** Tells a store from any other SQLite file: "RTor" in ASCII. */
export const applicationId = 0x52546f72

/** Sets up a fresh connection. Throws SQLite's errors, among them for a file that is no database. */
export function configure(database: DatabaseSync): void {
  for (const [name, value] of Object.entries(pragmas)) database.exec(`PRAGMA ${name} = ${value}`)
}

/** The value of a pragma that is a number. */
export function numberPragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}
