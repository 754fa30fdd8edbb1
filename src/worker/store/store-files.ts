import { join } from 'node:path'

/** Where the store keeps its files in the data directory. Only this file knows their names. */
export interface StoreFiles {
  readonly folder: string
  /** The database; SQLite keeps its write-ahead log beside it, with `-wal` at the end. */
  readonly database: string
  readonly log: string
  /** The database while it is made for the first time. */
  readonly unfinished: string
  readonly lock: string
  /** Holds the process id of who has the lock, to be named to others. */
  readonly pid: string
  readonly backups: string
}

/** The files of the store of a data directory. */
export function storeFiles(folder: string): StoreFiles {
  const database = join(folder, 'resttorrent.sqlite')
  return {
    folder,
    database,
    log: `${database}-wal`,
    unfinished: `${database}.unfinished`,
    lock: join(folder, 'resttorrent.lock'),
    pid: join(folder, 'resttorrent.pid'),
    backups: join(folder, 'backups'),
  }
}
