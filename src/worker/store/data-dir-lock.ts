/**
 * Keeps a second store off the data directory, of this process or another. The lock is SQLite's own on a
 * file of its own, held in a transaction that never ends: the kernel takes it back when the process dies,
 * however it dies. Nothing else may open that file: closing any descriptor of it would drop the lock.
 */
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { RestTorrentError } from '../../protocol/errors.ts'
import { errnoOf } from '../session/storage/disk-error.ts'
import type { StoreFiles } from './store-files.ts'
import { resultOf, storeError } from './store-error.ts'

const busy = 5

/** A lock that is held. */
export interface DataDirLock {
  release(): void
}

/** Takes the lock at once or throws `data_dir_in_use`, naming the process that holds it. */
export function lockDataDir(files: StoreFiles): DataDirLock {
  const holder = hold(files)
  writePid(files.pid)
  return {
    release: () => {
      // before the lock is free, or the file of the next holder would be removed
      rmSync(files.pid, { force: true })
      holder.close()
    },
  }
}

function hold(files: StoreFiles): DatabaseSync {
  let holder: DatabaseSync | undefined
  try {
    holder = new DatabaseSync(files.lock, { timeout: 0 })
    holder.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return holder
  } catch (error) {
    holder?.close()
    if (resultOf(error) === busy) throw inUse(files.pid)
    throw storeError(folderFault(files.folder) ?? error, 'lock', 'the data directory')
  }
}

/** Why nothing can be written in the folder, where SQLite says only that it cannot open its file. */
function folderFault(folder: string): unknown {
  try {
    accessSync(folder, constants.W_OK)
    return undefined
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : error
  }
}

/** Only names the holder to others, so a disk that takes no byte more is no reason to refuse the start. */
function writePid(path: string): void {
  try {
    rmSync(path, { force: true })
    writeFileSync(path, `${process.pid}\n`)
  } catch {
    // the lock stands without it
  }
}

function inUse(path: string): RestTorrentError {
  const pid = readPid(path)
  const who = pid === undefined ? 'another process' : `process ${pid}`
  return new RestTorrentError('data_dir_in_use', `the data directory is in use by ${who}`, {
    details: pid === undefined ? {} : { pid },
  })
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    return undefined // the holder has not written it yet
  }
}
