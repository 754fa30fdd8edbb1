import type { DatabaseSync } from 'node:sqlite'
import { RestTorrentError } from '../../protocol/errors.ts'
import { numberPragma } from './pragmas.ts'
import type { Migration } from './schema.ts'
import { passStep } from './store-steps.ts'

/** Refuses a file of a newer schema with `store_too_new`; it is not touched. */
export function assertNotNewer(database: DatabaseSync, newest: number, file: string): void {
  const version = numberPragma(database, 'user_version')
  if (version <= newest) return
  throw new RestTorrentError(
    'store_too_new',
    `${file} has schema ${version}, this version of RestTorrent knows up to ${newest}`,
    { details: { file, version, newest } },
  )
}

/** Brings the schema to the newest version; each step is a transaction with its version number. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const from = numberPragma(database, 'user_version')
  for (const [index, step] of migrations.slice(from).entries()) {
    passStep('before_migration')
    database.exec('BEGIN IMMEDIATE')
    try {
      step(database)
      database.exec(`PRAGMA user_version = ${from + index + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
    passStep('after_migration')
  }
}
