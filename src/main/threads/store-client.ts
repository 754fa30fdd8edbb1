/**
 * Main's side of the store. Owns the store worker's thread; every call settles, at its deadline or when the
 * thread ends. It lives once: after an end nobody asked for, a new one is opened, or the process ends.
 */
import type { Remote } from 'comlink'
import type { KeyRecord } from '../../protocol/access.ts'
import type { AuditQuery, AuditRow } from '../../protocol/audit.ts'
import { RestTorrentError, type ErrorCode } from '../../protocol/errors.ts'
import type { AnswerQuery, KeptAnswer } from '../../protocol/idempotency.ts'
import type { HostSettings } from '../../protocol/host.ts'
import type { HistoryQuery, StoredHistory } from '../../protocol/history.ts'
import type { JobRecord } from '../../protocol/job.ts'
import type {
  BackupAnswer,
  LoadCursor,
  LoadPage,
  SkippedRow,
  StoreApi,
  StoreBoot,
  StoredSession,
  StoredTorrent,
  StoredWebhooks,
  StoreOpening,
  StoreOperation,
} from '../../protocol/store-rpc.ts'
import type { TransferUse } from '../../protocol/transfer.ts'
import type { Rpc } from './rpc.ts'
import type { HostExit } from './session-host.ts'
import { moveOperations } from './store-operations.ts'
import { startStoreThread, type StoreThread } from './store-thread.ts'

/** Reading every page of a large store from a slow disk, and a migration, take their time. */
const openDeadlineMs = 300_000
const writeDeadlineMs = 30_000
const loadDeadlineMs = 30_000
const backupDeadlineMs = 600_000
const closeDeadlineMs = 10_000

/** A session with its torrents, those with a `removal` among them, in the order of creation. */
export interface RestoredSession extends StoredSession {
  readonly torrents: readonly StoredTorrent[]
}

/** All that is kept. */
export interface RestoredState {
  readonly sessions: readonly RestoredSession[]
  /** Rows that cannot be read; the torrents of such a session are left out with it. */
  readonly skipped: readonly SkippedRow[]
}

export class StoreClient {
  readonly opening: StoreOpening
  readonly #thread: StoreThread
  #closing = false

  private constructor(thread: StoreThread, opening: StoreOpening) {
    this.#thread = thread
    this.opening = opening
  }

  /**
   * Starts the store worker and opens the store. Rejects with `data_dir_in_use`, `store_damaged`,
   * `store_too_new` or the code of a disk fault; then no thread is left.
   */
  static async open(entry: URL, boot: StoreBoot, onOutput: (line: string) => void): Promise<StoreClient> {
    const thread = startStoreThread(entry, boot, onOutput)
    try {
      const opening = await ask(thread.rpc, 'open the store', openDeadlineMs, (api) => api.open())
      return new StoreClient(thread, opening)
    } catch (error) {
      await thread.terminate()
      throw error
    }
  }

  /** Settles when the store worker has ended, asked or not. */
  get ended(): Promise<HostExit> {
    return this.#thread.exited
  }

  /**
   * Writes all of the operations or none; durable when it resolves. Bytes are copied before it returns. After
   * `disk_unresponsive` and `store_gone` it is not known whether they were written.
   */
  async write(...operations: readonly StoreOperation[]): Promise<void> {
    await this.#ask('write', writeDeadlineMs, (api) => api.write(moveOperations(operations)))
  }

  /** Reads all that is kept, page by page. Nothing may be written meanwhile. */
  async loadAll(): Promise<RestoredState> {
    const sessions = new Map<string, StoredSession & { torrents: StoredTorrent[] }>()
    const skipped: SkippedRow[] = []
    let cursor: LoadCursor | undefined
    do {
      const page: LoadPage = await this.#ask('load', loadDeadlineMs, (api) => api.load(cursor))
      for (const stored of page.sessions) sessions.set(stored.session.id, { ...stored, torrents: [] })
      for (const torrent of page.torrents) sessions.get(torrent.sessionId)?.torrents.push(torrent)
      skipped.push(...page.skipped)
      cursor = page.next
    } while (cursor !== undefined)
    return { sessions: [...sessions.values()], skipped }
  }

  /** Entries of the audit log, the newest first. */
  async loadAudit(query: AuditQuery): Promise<readonly AuditRow[]> {
    return await this.#ask('load the audit log', loadDeadlineMs, (api) => api.loadAudit(query))
  }

  /** Every API key, in the order of creation. */
  async loadKeys(): Promise<readonly KeyRecord[]> {
    return await this.#ask('load the keys', loadDeadlineMs, (api) => api.loadKeys())
  }

  /** What keys and sessions with a quota have transferred, each in its last month. */
  async loadTransfers(): Promise<readonly TransferUse[]> {
    return await this.#ask('load what was transferred', loadDeadlineMs, (api) => api.loadTransfers())
  }

  /** The settings of the host as they were kept. */
  async loadHost(): Promise<HostSettings> {
    return await this.#ask('load the settings of the host', loadDeadlineMs, (api) => api.loadHost())
  }

  /** Every job, in the order in which they began. */
  async loadJobs(): Promise<readonly JobRecord[]> {
    return await this.#ask('load the jobs', loadDeadlineMs, (api) => api.loadJobs())
  }

  /** What is kept of a call with an Idempotency-Key; undefined for nothing that is true still. */
  async loadAnswer(query: AnswerQuery): Promise<KeptAnswer | undefined> {
    return await this.#ask('load an answer', writeDeadlineMs, (api) => api.loadAnswer(query))
  }

  /** The buckets of a query in the order of time. */
  async loadHistory(query: HistoryQuery): Promise<StoredHistory> {
    return await this.#ask('load history', loadDeadlineMs, (api) => api.loadHistory(query))
  }

  /** Every webhook and every delivery, each in the order of creation. */
  async loadWebhooks(): Promise<StoredWebhooks> {
    return await this.#ask('load the webhooks', loadDeadlineMs, (api) => api.loadWebhooks())
  }

  /** Makes a consistent copy in the folder `backups` of the data directory and gives its name. */
  async backup(): Promise<BackupAnswer> {
    return await this.#ask('back up', backupDeadlineMs, (api) => api.backup())
  }

  /** Commits what waits, gives the lock back and ends the thread; rejects when that takes too long, and ends it. */
  async close(): Promise<void> {
    this.#closing = true
    try {
      await ask(this.#thread.rpc, 'close the store', closeDeadlineMs, (api) => api.close())
    } catch (error) {
      // it ended before, and its lock with it
      if (!(error instanceof RestTorrentError) || error.code !== 'store_gone') throw error
    } finally {
      await this.#thread.terminate()
    }
  }

  /** Ends the thread at once, as a crash does. */
  async terminate(): Promise<void> {
    await this.#thread.terminate()
  }

  async #ask<T>(what: string, deadlineMs: number, run: Run<T>): Promise<T> {
    if (this.#closing) throw new RestTorrentError('shutting_down', 'the store is closed')
    return await ask(this.#thread.rpc, what, deadlineMs, run)
  }
}

type Run<T> = (api: Remote<StoreApi>) => Promise<T>

/** What a call's failures mean of the store: one that gives no answer in time waits for its disk. */
const storeCodes: { readonly [Code in ErrorCode]?: ErrorCode } = {
  session_unresponsive: 'disk_unresponsive',
  session_gone: 'store_gone',
}

async function ask<T>(rpc: Rpc<StoreApi>, what: string, deadlineMs: number, run: Run<T>): Promise<T> {
  try {
    return await rpc.call<T>(what, deadlineMs, run)
  } catch (error) {
    if (!(error instanceof RestTorrentError)) throw error
    const code = storeCodes[error.code]
    if (code === undefined) throw error
    throw new RestTorrentError(code, error.message, { cause: error })
  }
}
