import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StoreOpening } from '../../protocol/store-rpc.ts'
import { assertOurs, assertWhole, findDatabase } from './check-integrity.ts'
import { makeCopy, removeUnfinished } from './copies.ts'
import { createDatabase } from './create-database.ts'
import { assertNotNewer, migrate } from './migrate.ts'
import { configure, numberPragma } from './pragmas.ts'
import type { Migration } from './schema.ts'
import { storeError } from './store-error.ts'
import type { StoreFiles } from './store-files.ts'

/** A connection that is set up, whole and of the newest schema, and how it came to be. */
export interface OpenedDatabase {
  readonly database: DatabaseSync
  readonly opening: StoreOpening
}

/**
 * Opens the database, or makes it. Throws `store_damaged`, `store_too_new` or the code of a disk fault; the
 * lock of the data directory must be held.
 */
export async function openDatabase(
  files: StoreFiles,
  migrations: readonly Migration[],
): Promise<OpenedDatabase> {
  const file = basename(files.database)
  let database: DatabaseSync | undefined
  try {
    removeUnfinished(files.backups)
    const created = !findDatabase(files)
    if (created) createDatabase(files, migrations)
    database = new DatabaseSync(files.database)
    configure(database)
    assertOurs(database, file)
    assertNotNewer(database, migrations.length, file)
    assertWhole(database, file)
    const migration = await bringUp(database, files, migrations)
    return { database, opening: { ...readMeta(database), created, migration } }
  } catch (error) {
    database?.close()
    throw storeError(error, 'open', file, files.database)
  }
}

async function bringUp(
  database: DatabaseSync,
  files: StoreFiles,
  migrations: readonly Migration[],
): Promise<StoreOpening['migration']> {
  const from = numberPragma(database, 'user_version')
  if (from === migrations.length) return undefined
  const { name: copy } = await makeCopy(database, files, `resttorrent-v${from}`, () => undefined)
  migrate(database, migrations)
  return { from, copy }
}

function readMeta(
  database: DatabaseSync,
): Pick<StoreOpening, 'storeId' | 'createdVersion' | 'schemaVersion' | 'linkSecret'> {
  const rows = database.prepare('SELECT key, value FROM meta').all()
  const meta = new Map(rows.map(({ key, value }) => [key, String(value)]))
  return {
    storeId: meta.get('store_id') ?? '',
    linkSecret: meta.get('link_secret') ?? '',
    createdVersion: meta.get('created_version') ?? '',
    schemaVersion: numberPragma(database, 'user_version'),
  }
}
