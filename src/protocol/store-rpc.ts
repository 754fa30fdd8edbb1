/**
 * What main and the store worker say to each other: calls from main over the thread's own port. Everything
 * is plain, cloneable data. The store keeps what it is told and decides nothing.
 */
import type { Ban } from './ban.ts'
import type { DhtTable } from './dht-table.ts'
import type { KeyRecord } from './access.ts'
import type { AuditEntry, AuditQuery, AuditRow } from './audit.ts'
import type { TorrentCounters } from './counters.ts'
import type { AnswerBounds, AnswerQuery, CallName, KeptAnswer } from './idempotency.ts'
import type { HostSettings } from './host.ts'
import type { HistoryQuery, HistoryRow, StoredHistory } from './history.ts'
import type { JobRecord } from './job.ts'
import type { SessionRecord, TorrentCheckpoint, TorrentFacts, TorrentRecord } from './records.ts'
import type { KeptStatistics } from './session-statistics.ts'
import type { DeliveryRecord, WebhookRecord } from './webhook.ts'
import type { TransferUse } from './transfer.ts'

/** What the store worker is started with. */
export interface StoreBoot {
  /** Absolute; the database, its lock and its backups are directly below. */
  readonly dataDir: string
}

/** The part of a torrent's record that callers and the session decide; the rest is its checkpoint. */
export type TorrentEntry = Omit<TorrentRecord, 'bits' | 'counters' | 'resume'>

/** Names one torrent of one session. */
export interface TorrentKey {
  readonly sessionId: string
  readonly infoHash: string
}

/**
 * One change. `put_*` replaces what is there and fails with `session_not_found` where the session is absent;
 * every other change of an absent session or torrent is nothing, because it may have been removed meanwhile.
 */
export type StoreOperation =
  | { readonly type: 'put_session'; readonly session: SessionRecord }
  /**
   * Takes the session with its torrents and checkpoints. What has files to delete keeps it as removed until that is
   * finished: removals that delete data or have files elsewhere, and torrents that have, under this id, a slash and their info hash.
   */
  | { readonly type: 'remove_session'; readonly sessionId: string; readonly removalId: string }
  /** `clean` after a worker ended in order; not clean must be durable before a worker is started. */
  | { readonly type: 'mark_clean'; readonly sessionId: string; readonly clean: boolean }
  | { readonly type: 'put_dht_table'; readonly sessionId: string; readonly table: DhtTable }
  /** Adds to what the session has done. */
  | { readonly type: 'count_session'; readonly sessionId: string; readonly done: KeptStatistics }
  | { readonly type: 'add_ban'; readonly sessionId: string; readonly ban: Ban }
  | { readonly type: 'remove_ban'; readonly sessionId: string; readonly address: string }
  /** A `rawInfo` or `facts` that the store has is never written again, and may be left out. */
  | { readonly type: 'put_torrent'; readonly sessionId: string; readonly torrent: TorrentEntry }
  /** Leaves a removal under that id (made by main, not empty) for a worker to carry out. */
  | (TorrentKey & {
      readonly type: 'remove_torrent'
      readonly removalId: string
      readonly deleteData: boolean
    })
  /** A removal that was to delete data, or what it has elsewhere, does not any more. */
  | (TorrentKey & { readonly type: 'keep_data' | 'keep_elsewhere'; readonly removalId: string })
  | (TorrentKey & { readonly type: 'finish_removal'; readonly removalId: string })
  | (TorrentKey & {
      readonly type: 'put_metadata'
      readonly rawInfo: Uint8Array
      readonly facts: TorrentFacts
    })
  | (TorrentKey & { readonly type: 'checkpoint'; readonly checkpoint: TorrentCheckpoint })
  /** A key is never changed: one of the same prefix makes it fail. */
  | { readonly type: 'put_key'; readonly key: KeyRecord }
  | { readonly type: 'remove_key'; readonly prefix: string }
  | { readonly type: 'put_audit'; readonly entry: AuditEntry }
  /** Leaves so many of the newest entries of a key, and of all. */
  | {
      readonly type: 'trim_audit'
      readonly key: string | null
      readonly keepOfKey: number
      readonly keepInAll: number
    }
  /** Replaces what is kept of the holder, and forgets months before that one. */
  | { readonly type: 'put_transfer'; readonly use: TransferUse }
  | { readonly type: 'put_job'; readonly record: JobRecord }
  | { readonly type: 'remove_jobs'; readonly ids: readonly string[] }
  | { readonly type: 'put_answer'; readonly answer: KeptAnswer }
  | (CallName & { readonly type: 'remove_answer' })
  | (AnswerBounds & { readonly type: 'trim_answers' })
  /** Adds to what is there of the same buckets. */
  | { readonly type: 'put_history'; readonly rows: readonly HistoryRow[] }
  /** Of a torrent, or without an info hash of a session with all in it. */
  | { readonly type: 'forget_history'; readonly sessionId: string; readonly infoHash: string }
  | { readonly type: 'put_webhook'; readonly record: WebhookRecord }
  /** How many events it was not told of, in all; nothing where it is absent. */
  | { readonly type: 'put_dropped'; readonly id: string; readonly dropped: number }
  /** Takes its deliveries along. */
  | { readonly type: 'remove_webhook'; readonly id: string }
  /** Nothing where its webhook is absent. */
  | { readonly type: 'put_delivery'; readonly record: DeliveryRecord }
  | { readonly type: 'remove_deliveries'; readonly ids: readonly string[] }
  /**
   * Changes the counters of the checkpoint and leaves the rest of it. `activeFrom`, `seedingFrom`: how long its
   * session had run (`runningMs`) when they were counted; what that runs on is added to the times where they are
   * read again, until the next counters or the next checkpoint. Null where the time does not go on.
   */
  | (TorrentKey & {
      readonly type: 'put_counters'
      readonly counters: TorrentCounters
      readonly activeFrom: number | null
      readonly seedingFrom: number | null
    })
  | { readonly type: 'put_host'; readonly settings: HostSettings }
  /** Of some torrents of a session: an info hash and its rank each. */
  | {
      readonly type: 'put_queue_ranks'
      readonly sessionId: string
      readonly ranks: readonly (readonly [infoHash: string, rank: number])[]
    }

/** What the store found when it was opened. */
export interface StoreOpening {
  readonly storeId: string
  /** Version of the program that made the store. */
  readonly createdVersion: string
  /** What links to content are signed by; nobody is told. */
  readonly linkSecret: string
  /** It was made by this very opening. */
  readonly created: boolean
  readonly schemaVersion: number
  /** Set when this opening brought the file from an older schema, and the name of the copy made before. */
  readonly migration: { readonly from: number; readonly copy: string } | undefined
}

/** A session as it was kept. */
export interface StoredSession {
  readonly session: SessionRecord
  /** Oldest first. */
  readonly bans: readonly Ban[]
  /** The last `mark_clean` of it. */
  readonly clean: boolean
  /** It was removed, and is kept for its removals alone. */
  readonly removed: boolean
  readonly statistics: KeptStatistics
}

/** A torrent as it was kept. */
export interface StoredTorrent {
  readonly sessionId: string
  readonly torrent: TorrentEntry
  /** Absent when none was ever written. */
  readonly checkpoint: TorrentCheckpoint | undefined
  /** Set when it is removed for callers and a worker has yet to carry that out. */
  readonly removal: { readonly id: string; readonly deleteData: boolean } | undefined
}

/** A row that cannot be read; it stays in the store and is left out of what is loaded. */
export interface SkippedRow {
  readonly sessionId: string
  readonly infoHash: string | undefined
  readonly reason: string
}

/** Where the next page begins. */
export interface LoadCursor {
  readonly part: 'sessions' | 'torrents'
  readonly after: number
}

/** Part of what is kept: sessions before torrents, each in the order of creation. */
export interface LoadPage {
  readonly sessions: readonly StoredSession[]
  readonly torrents: readonly StoredTorrent[]
  readonly skipped: readonly SkippedRow[]
  /** Undefined on the last page. */
  readonly next: LoadCursor | undefined
}

/** A webhook as it was kept, and how many events it was not told of. */
export interface StoredWebhook {
  readonly record: WebhookRecord
  readonly dropped: number
}

/** The webhooks as they were kept. */
export interface StoredWebhooks {
  readonly webhooks: readonly StoredWebhook[]
  readonly deliveries: readonly DeliveryRecord[]
}

/** A finished backup; the name is that of a file in the folder `backups` of the data directory. */
export interface BackupAnswer {
  readonly name: string
  readonly size: number
}

/** The calls the store worker answers. `open` comes first, `close` last. */
export interface StoreApi {
  /** Rejects with `data_dir_in_use`, `store_damaged`, `store_too_new` or the code of a disk fault. */
  open(): Promise<StoreOpening>
  /**
   * All or nothing, and durable when it resolves. Rejects with `session_not_found`, `store_damaged` or the
   * code of a disk fault; calls that arrive together share one commit and fail apart.
   */
  write(operations: readonly StoreOperation[]): Promise<void>
  /** The page at the cursor, the first without one. Complete only while nothing is written. */
  load(cursor?: LoadCursor): Promise<LoadPage>
  /** Entries of the audit log, the newest first. */
  loadAudit(query: AuditQuery): Promise<readonly AuditRow[]>
  /** Every API key, in the order of creation. */
  loadKeys(): Promise<readonly KeyRecord[]>
  /** What was transferred, see `TransferUse`. */
  loadTransfers(): Promise<readonly TransferUse[]>
  /** The settings of the host as they were kept. */
  loadHost(): Promise<HostSettings>
  /** Every job, in the order in which they began. */
  loadJobs(): Promise<readonly JobRecord[]>
  /** What is kept of a call with an Idempotency-Key; undefined for nothing that is true still. */
  loadAnswer(query: AnswerQuery): Promise<KeptAnswer | undefined>
  /** The buckets of a query in the order of time. */
  loadHistory(query: HistoryQuery): Promise<StoredHistory>
  /** Every webhook and every delivery, each in the order of creation. */
  loadWebhooks(): Promise<StoredWebhooks>
  /** Makes a consistent copy while writes go on; it holds all that was acknowledged before the call. */
  backup(): Promise<BackupAnswer>
  /** Commits what waits, ends a running backup with `shutting_down`, and gives the lock back. */
  close(): Promise<void>
}
