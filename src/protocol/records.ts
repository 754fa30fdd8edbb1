/**
 * Records: the desired state. Main owns them; a session worker gets copies as commands, and after a crash
 * the same commands again.
 */
import { shareRatio, type TorrentCounters } from './counters.ts'
import type { DhtTable } from './dht-table.ts'
import { progressOf } from './progress.ts'
import type { Quotas } from './quotas.ts'
import type { SessionSettings } from './session.ts'
import type { TorrentInfo } from './torrent-info.ts'
import type { TorrentPlace } from './torrent-place-form.ts'
import type { TorrentOptions } from './torrent-options.ts'
import type { StorageMode, TorrentRow } from './torrent.ts'

/** The desired state of a session. */
export interface SessionRecord {
  /** Peer id in hex, see `sessionId`. */
  readonly id: string
  readonly name: string
  readonly labels: readonly string[]
  /** Ports to try in order; after the first bind exactly the one that was bound. */
  readonly ports: readonly number[]
  readonly memoryOnly: boolean
  /** Whether it is to have a worker. */
  readonly started: boolean
  readonly createdAt: number
  /** Prefix of the key that made it; null for one made without a key. */
  readonly owner: string | null
  /** What its paths are confined to, see `rootPath`. */
  readonly root: string
  /** What it may use; its key may have quotas beside. */
  readonly quotas: Quotas
  readonly settings: SessionSettings
  /** 32 hex digits that nobody is shown: the keys that trackers are told rest on it. */
  readonly announceSecret: string
  /** What its DHT node knew last; it travels with no export. */
  readonly dhtTable?: DhtTable | undefined
}

/** Where a torrent comes from: its info dictionary, or a magnet link until peers have sent that. */
export interface TorrentSource {
  /** The raw span of the info dictionary; absent while the metadata is unknown. */
  readonly rawInfo: Uint8Array | undefined
  readonly name: string
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  /** Peers named by a magnet link (`x.pe`), as `host:port`. */
  readonly peers: readonly string[]
}

/** What the info dictionary says of a torrent beside its files. */
export interface TorrentFacts {
  readonly name: string
  readonly totalSize: number
  readonly private: boolean
  readonly pieceLength: number
  readonly pieceCount: number
}

/** What tells that a file is the one a checkpoint saw. */
export interface FileIdentity {
  /** Place of the file in the metainfo. */
  readonly index: number
  readonly size: number
  readonly mtimeNs: bigint
  readonly ino: bigint
}

/** What is known to be on disk. Written in whole, often, and without the metainfo. */
export interface TorrentCheckpoint {
  /** See `TorrentRecord.bits`; a bit is set only after its data was synced. */
  readonly bits: Uint8Array | undefined
  readonly files: readonly FileIdentity[]
  /** Indices of the files that were open for writing. */
  readonly openForWriting: readonly number[]
  readonly counters: TorrentCounters
}

/** What a run before left of a torrent on disk. */
export interface ResumeState {
  readonly checkpoint: TorrentCheckpoint
  /** Whether that run ended in order, with this as its last checkpoint. */
  readonly clean: boolean
}

/** The desired state of a torrent. */
export interface TorrentRecord {
  readonly infoHash: string
  readonly source: TorrentSource
  /** Absent while the metadata is unknown. */
  readonly facts: TorrentFacts | undefined
  /** Absolute folder of the files, inside the root. */
  readonly saveFolder: string
  /** The same folder relative to the root, as shown to callers. */
  readonly savePath: string
  /** See `TorrentPlace`. */
  readonly mountPoint?: string | undefined
  /** Where its files are moved once it is finished, relative to the root; absent: they stay. */
  readonly finishedPath?: string | undefined
  /** Files that lie under other names than the metainfo gives them. */
  readonly renamed?: TorrentPlace['renamed'] | undefined
  /** Where it has a second copy of files, while they are brought from one place to the other; not in use. */
  readonly elsewhere?: TorrentPlace | undefined
  /** Paths below the save folder: what is at `between` now is to be renamed to `newPath`. */
  readonly renaming?: { readonly between: string; readonly newPath: string } | undefined
  readonly storageMode: StorageMode
  readonly memoryOnly: boolean
  readonly started: boolean
  readonly options: TorrentOptions
  /** Whether it has reached a goal, and what follows was done: it is not done again. */
  readonly goalMet?: boolean | undefined
  readonly addedAt: number
  /** Its place in the queue among the others, lower first; absent: it was never moved, and `addedAt` is. */
  readonly queueRank?: number | undefined
  /** Whether the queue has no place for it; absent until the queue was asked. Never kept. */
  readonly queued?: boolean | undefined
  /** As they were last told; what has run since then, see `SessionRecords.countersOf`. */
  readonly counters: TorrentCounters
  /**
   * The pieces that are on disk and were hashed, one bit each, most significant first, shared with the
   * worker that sets them. Absent until the files were looked at once.
   */
  readonly bits: SharedArrayBuffer | undefined
  /** To be proved against the files before it is believed; looked at only where there are no `bits`. */
  readonly resume?: ResumeState | undefined
  /** Set when it was being activated during two crashes of the worker in a row: it is listed, never run. */
  readonly quarantine: string | undefined
}

/** The facts of a checked info dictionary. */
export function factsOf(info: TorrentInfo): TorrentFacts {
  return {
    name: info.name,
    totalSize: info.length,
    private: info.private,
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
  }
}

/**
 * The row of a torrent that no worker has reported yet; what a run before has claimed is shown until it is
 * proved. Its queue position is for the board to say.
 */
export function rowOfRecord(record: TorrentRecord): TorrentRow {
  const totalSize = record.facts?.totalSize ?? 0
  const { downloaded, uploaded, finishedAt } = record.counters
  return {
    info_hash: record.infoHash,
    ...givenFields(record),
    state: restingState(record),
    progress: claimedProgress(record),
    download_rate: 0,
    upload_rate: 0,
    num_peers: 0,
    num_seeds: 0,
    total_size: totalSize,
    downloaded,
    uploaded,
    ratio: shareRatio(record.counters, totalSize),
    eta_ms: null,
    added_at: record.addedAt,
    finished_at: finishedAt,
    queue_position: 0,
    save_path: record.savePath,
  }
}

/** What callers call the torrent. */
export function givenFields(record: TorrentRecord): Pick<TorrentRow, 'name' | 'labels' | 'metadata'> {
  const { options, facts, source } = record
  const { display_name, labels, metadata } = options
  return { name: display_name || (facts?.name ?? source.name), labels, metadata }
}

/** What a row tells of a torrent that has no peers. */
export const withoutPeers = { download_rate: 0, upload_rate: 0, num_peers: 0, num_seeds: 0, eta_ms: null }

/** States that none has which is stopped: one may still be checked. */
const started: ReadonlySet<TorrentRow['state']> = new Set([
  'downloading_metadata',
  'checking_resume_data',
  'allocating',
  'downloading',
  'finished',
  'seeding',
] as const)

/** A row that a worker made a moment ago, with what callers call the torrent now, and stopped where they have stopped it since. */
export function rowAsGiven(row: TorrentRow, record: TorrentRecord): TorrentRow {
  const { display_name, labels, metadata } = record.options
  const given = { ...row, name: display_name || (record.facts?.name ?? row.name), labels, metadata }
  const isOver = !record.started && started.has(row.state)
  return isOver ? { ...given, ...withoutPeers, state: 'stopped' } : given
}

/** A copy of the bits of the pieces that are there, as far as anybody knows. */
export function claimedBits({
  bits,
  resume,
}: Pick<TorrentRecord, 'bits' | 'resume'>): Uint8Array | undefined {
  return bits === undefined ? resume?.checkpoint.bits : new Uint8Array(bits).slice()
}

function claimedProgress(record: TorrentRecord): number {
  const { facts } = record
  const claimed = claimedBits(record)
  return claimed === undefined || facts === undefined ? 0 : progressOf(claimed, facts)
}

/** Whether a worker is to bring it among its peers. */
export function isToRun({ started, queued, quarantine }: TorrentRecord): boolean {
  return started && queued !== true && quarantine === undefined
}

/** The state of a torrent that waits for a worker. */
export function restingState(record: TorrentRecord): TorrentRow['state'] {
  if (record.quarantine !== undefined) return 'quarantined'
  if (!record.started) return 'stopped'
  if (record.queued === true) return 'queued'
  return record.source.rawInfo === undefined ? 'downloading_metadata' : 'checking_resume_data'
}
