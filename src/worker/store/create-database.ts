import { randomUUID } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { version } from '../../protocol/product.ts'
import { migrate } from './migrate.ts'
import { applicationId, configure } from './pragmas.ts'
import type { Migration } from './schema.ts'
import type { StoreFiles } from './store-files.ts'
import { passStep } from './store-steps.ts'
import { syncFolder } from './sync-folder.ts'

/**
 * Makes an empty store. It gets its name only when it is whole, so that a file that is empty or half made
 * is never taken for a new store: under that name it is a damaged one.
 */
export function createDatabase(files: StoreFiles, migrations: readonly Migration[]): void {
  const { unfinished } = files
  for (const end of ['', '-wal', '-journal']) rmSync(`${unfinished}${end}`, { force: true })
  makePrivate(unfinished)
  const database = new DatabaseSync(unfinished)
  try {
    configure(database)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    migrate(database, migrations)
    const put = database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
    put.run('store_id', randomUUID())
    put.run('created_version', version)
    // into the file itself: what stays in the log would not have the file's new name
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
  passStep('before_create_rename')
  renameSync(unfinished, files.database)
  syncFolder(files.folder)
}

/** Makes an empty file for its owner alone, for a database with passkeys and secrets; what SQLite puts beside it is no more open. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'wx', 0o600))
}
