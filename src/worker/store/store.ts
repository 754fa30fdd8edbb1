/**
 * The store of a data directory: its lock, the one connection to its one file, and what is done with it.
 * It lives once; after `close` the data directory is free.
 */
import { basename } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { KeyRecord } from '../../protocol/access.ts'
import type { AuditQuery, AuditRow } from '../../protocol/audit.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { AnswerQuery, KeptAnswer } from '../../protocol/idempotency.ts'
import type { HostSettings } from '../../protocol/host.ts'
import type { HistoryQuery, StoredHistory } from '../../protocol/history.ts'
import type { JobRecord } from '../../protocol/job.ts'
import type {
  BackupAnswer,
  LoadCursor,
  LoadPage,
  StoreApi,
  StoredWebhooks,
  StoreOpening,
  StoreOperation,
} from '../../protocol/store-rpc.ts'
import type { TransferUse } from '../../protocol/transfer.ts'
import { makeCopy } from './copies.ts'
import { lockDataDir, type DataDirLock } from './data-dir-lock.ts'
import { GroupCommit } from './group-commit.ts'
import { loadPage } from './load-page.ts'
import { openDatabase, type OpenedDatabase } from './open-database.ts'
import { migrations as published, type Migration } from './schema.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { storeError } from './store-error.ts'
import { readAnswer } from './stored-answer.ts'
import { readAudit } from './stored-audit.ts'
import { hostKey, readHost } from './stored-host.ts'
import { readJob } from './stored-job.ts'
import { readKey } from './stored-key.ts'
import { readHistory } from './apply-history.ts'
import { readDelivery, readWebhook } from './stored-webhook.ts'
import { readTransfer } from './stored-transfer.ts'
import { storeFiles, type StoreFiles } from './store-files.ts'

const firstPage: LoadCursor = { part: 'sessions', after: 0 }

/** Opens the store of a data directory, see `StoreApi.open`. Tests may bring further migrations. */
export async function openStore(
  dataDir: string,
  migrations: readonly Migration[] = published,
): Promise<Store> {
  const files = storeFiles(dataDir)
  const lock = lockDataDir(files)
  try {
    return new Store(files, lock, await openDatabase(files, migrations))
  } catch (error) {
    lock.release()
    throw error
  }
}

export class Store implements Omit<StoreApi, 'open'> {
  readonly opening: StoreOpening
  readonly #files: StoreFiles
  readonly #lock: DataDirLock
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #commits: GroupCommit
  /** The end of the last backup that was asked for: there is one at a time. */
  #backup: Promise<unknown> = Promise.resolve()
  #closing = false

  constructor(files: StoreFiles, lock: DataDirLock, { database, opening }: OpenedDatabase) {
    this.#files = files
    this.#lock = lock
    this.#database = database
    this.opening = opening
    this.#statements = prepareStatements(database)
    this.#statements.historyLeft.run()
    this.#commits = new GroupCommit(database, this.#statements)
  }

  /** See `StoreApi.write`. */
  async write(operations: readonly StoreOperation[]): Promise<void> {
    this.#assertOpen()
    await this.#commits.write(operations).catch((error: unknown) => {
      throw this.#named(error, 'write')
    })
  }

  /** See `StoreApi.load`. */
  async load(cursor: LoadCursor = firstPage): Promise<LoadPage> {
    this.#assertOpen()
    try {
      return await Promise.resolve(loadPage(this.#statements, cursor))
    } catch (error) {
      throw this.#named(error, 'read')
    }
  }

  /** See `StoreApi.loadAudit`. */
  async loadAudit({ before, limit }: AuditQuery): Promise<readonly AuditRow[]> {
    this.#assertOpen()
    const rows = this.#statements.loadAudit.all({ before: before ?? Number.MAX_SAFE_INTEGER, limit })
    return await Promise.resolve(rows.map(readAudit).filter((row) => row !== undefined))
  }

  /** See `StoreApi.loadKeys`. */
  async loadKeys(): Promise<readonly KeyRecord[]> {
    this.#assertOpen()
    const keys = this.#statements.loadKeys.all().map(readKey)
    return await Promise.resolve(keys.filter((key) => key !== undefined))
  }

  /** See `StoreApi.loadTransfers`. */
  async loadTransfers(): Promise<readonly TransferUse[]> {
    this.#assertOpen()
    const uses = this.#statements.loadTransfers.all().map(readTransfer)
    return await Promise.resolve(uses.filter((use) => use !== undefined))
  }

  /** See `StoreApi.loadHost`. */
  async loadHost(): Promise<HostSettings> {
    this.#assertOpen()
    return await Promise.resolve(readHost(this.#statements.loadMeta.get({ key: hostKey })))
  }

  /** See `StoreApi.loadJobs`. */
  async loadJobs(): Promise<readonly JobRecord[]> {
    this.#assertOpen()
    const jobs = this.#statements.loadJobs.all().map(readJob)
    return await Promise.resolve(jobs.filter((job) => job !== undefined))
  }

  /** See `StoreApi.loadAnswer`. */
  async loadAnswer({ owner, key, run, since }: AnswerQuery): Promise<KeptAnswer | undefined> {
    this.#assertOpen()
    return await Promise.resolve(readAnswer(this.#statements.loadAnswer.get({ owner, key, run, since })))
  }

  /** See `StoreApi.loadHistory`. */
  async loadHistory(query: HistoryQuery): Promise<StoredHistory> {
    this.#assertOpen()
    return await Promise.resolve(readHistory(this.#statements, query))
  }

  /** See `StoreApi.loadWebhooks`. */
  async loadWebhooks(): Promise<StoredWebhooks> {
    this.#assertOpen()
    const webhooks = this.#statements.loadWebhooks.all().map(readWebhook)
    const deliveries = this.#statements.loadDeliveries.all().map(readDelivery)
    return await Promise.resolve({
      webhooks: webhooks.filter((webhook) => webhook !== undefined),
      deliveries: deliveries.filter((record) => record !== undefined),
    })
  }

  /** See `StoreApi.backup`. */
  async backup(): Promise<BackupAnswer> {
    const copy = this.#backup.then(() => this.#copy())
    this.#backup = copy.catch(() => undefined)
    return await copy
  }

  /** See `StoreApi.close`; a second call does nothing more. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    await this.#backup
    this.#commits.flush()
    // the callers of that commit are answered before the caller of this, who then ends the thread
    await setImmediate()
    this.#database.close()
    this.#lock.release()
  }

  /** node:sqlite gives a copy up when its first step, and only that one, meets a transaction. */
  async #copy(): Promise<BackupAnswer> {
    this.#assertOpen()
    const release = this.#commits.hold()
    try {
      return await makeCopy(this.#database, this.#files, 'resttorrent', () => {
        release()
        this.#assertOpen()
      })
    } finally {
      release()
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new RestTorrentError('shutting_down', 'the store is closed')
  }

  #named(error: unknown, doing: string): unknown {
    const { database } = this.#files
    return storeError(error, doing, basename(database), database)
  }
}
