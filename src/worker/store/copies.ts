/**
 * Copies of the store, made while it is written: for a backup, and before a migration. A copy holds all
 * that was committed when it was asked for, and has its name only when it is whole and on disk.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { BackupAnswer } from '../../protocol/store-rpc.ts'
import { makePrivate } from './create-database.ts'
import { storeError } from './store-error.ts'
import type { StoreFiles } from './store-files.ts'
import { passStep } from './store-steps.ts'
import { syncFolder } from './sync-folder.ts'

/** 4 MiB between two looks at what else there is to do. */
const pagesPerStep = 1024
const unfinished = '.unfinished'

/** Copies the store under a name with the time in it. `goOn` may throw between two steps, which ends the copy. */
export async function makeCopy(
  database: DatabaseSync,
  files: StoreFiles,
  prefix: string,
  goOn: () => void,
): Promise<BackupAnswer> {
  const name = `${prefix}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.sqlite`
  const path = join(files.backups, name)
  try {
    mkdirSync(files.backups, { recursive: true, mode: 0o700 })
    makePrivate(path + unfinished)
    await backup(database, path + unfinished, { rate: pagesPerStep, progress: goOn })
    passStep('before_copy_rename')
    renameSync(path + unfinished, path)
    syncFolder(files.backups)
    return { name, size: statSync(path).size }
  } catch (error) {
    const fault = storeError(error, 'write', `backups/${name}`, path + unfinished)
    removeUnfinished(files.backups)
    throw fault
  }
}

/** Removes what copies left that did not come to their end; with SQLite's own files beside them. */
export function removeUnfinished(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (name.includes(unfinished)) rmSync(join(folder, name))
  } catch {
    // there is none, or it cannot be changed: what is left takes up room and nothing else
  }
}
