import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { applicationId, numberPragma } from './pragmas.ts'
import { damagedError } from './store-error.ts'
import type { StoreFiles } from './store-files.ts'

/**
 * Whether there is a store to open. Throws `store_damaged` for remains that SQLite would take for a new,
 * empty database: what was in it would be gone without a word.
 */
export function findDatabase(files: StoreFiles): boolean {
  const name = basename(files.database)
  if (existsSync(files.database)) {
    if (statSync(files.database).size === 0) throw damagedError(name, 'it is empty')
    return true
  }
  if (existsSync(files.log)) throw damagedError(name, 'it is gone, and only its log is left')
  return false
}

/** Refuses a file of another program with `store_damaged`. */
export function assertOurs(database: DatabaseSync, file: string): void {
  if (numberPragma(database, 'application_id') === applicationId) return
  throw damagedError(file, 'it is no store of RestTorrent')
}

/** Refuses a file whose pages do not fit together with `store_damaged`. */
export function assertWhole(database: DatabaseSync, file: string): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw damagedError(file, String(found).replaceAll(/\s+/g, ' '))
}
