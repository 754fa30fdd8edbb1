/**
 * What main and a session worker say to each other: calls from main (over the thread's own port), and
 * events from the worker (over a second port). Both are plain, cloneable data.
 */
import type { Ban, BanChange } from './ban.ts'
import type { TorrentCounters } from './counters.ts'
import type { DhtTable } from './dht-table.ts'
import type { WireError } from './errors.ts'
import type { DialAnswer, PeerView } from './peer-view.ts'
import type { TorrentCheckpoint, TorrentFacts, TorrentRecord, TorrentSource } from './records.ts'
import type { SessionSettings } from './session.ts'
import type { TorrentOptions } from './torrent-options.ts'
import type { TorrentRow } from './torrent.ts'
import type { TransferShare } from './transfer.ts'
import type { TrackerView } from './tracker.ts'
import type { WebSeedView } from './web-seed.ts'

/** What the thread of a session is started with; `Port` is Node's, which is not known here. */
export interface SessionThreadData<Port = unknown> {
  /** Where it is told its `SessionBoot`, once, and tells events from then on. */
  readonly events: Port
  /** Whether it is to wait for a session that is not there yet. */
  readonly isSpare: boolean
}

/** What a session worker begins with. */
export interface SessionBoot {
  readonly sessionId: string
  readonly generation: number
  /** Ports to try in order. */
  readonly ports: readonly number[]
  /** Address to listen on; empty means all, IPv4 and IPv6. */
  readonly listenHost: string
  readonly settings: SessionSettings
  /** See `SessionRecord.announceSecret`. */
  readonly announceSecret: string
  /** What bounds its transfer in a month; empty: nothing. */
  readonly transfers: readonly TransferShare[]
  /** Ranges beside public addresses that peers may have, see `createAddressPolicy`. */
  readonly allowedPeerRanges: readonly string[]
  /** The same for what callers have us fetch, and for proxies that they name. */
  readonly allowedFetchRanges: readonly string[]
  /** Nodes that the DHT begins with, `host:port`. */
  readonly dhtBootstrap: readonly string[]
  /** What a generation before knew of the DHT. */
  readonly dhtTable: DhtTable | undefined
  /** Bumped by the worker's own loop; main reads it to see that the loop turns. */
  readonly heartbeat: SharedArrayBuffer
  /** See `HostShare`. */
  readonly hostShare: SharedArrayBuffer
  readonly reportIntervalMs: number
  /** How soon a torrent that a disk fault stopped looks by itself whether the cause is gone. */
  readonly healMs: number
  /** How soon a torrent that has everything and meets nobody is dormant, where it is not the usual time. */
  readonly dormantAfterMs?: number
}

/** The calls a session worker answers. Every one settles or is answered `session_gone` when the thread ends. */
export interface SessionApi {
  /** Makes the torrent exist as recorded; a torrent that exists already is brought to the record. */
  applyTorrent(record: TorrentRecord): Promise<void>
  /**
   * Stops the torrent and forgets it; with `deleteData` its files are deleted before this settles. Rejects with
   * a disk code where one could not be; those that could are gone then.
   */
  removeTorrent(record: TorrentRecord, removal: TorrentRemoval): Promise<void>
  /** Has a torrent touch none of its files until it is applied again; what was written is synced then. */
  holdTorrent(infoHash: string): Promise<void>
  /** Forgets what is known of a torrent's pieces and hashes its files anew; then it is as the record says. */
  recheckTorrent(record: TorrentRecord): Promise<void>
  /** Has the session obey settings from now on; those of `needsRestart` are left as they are. */
  configure(settings: SessionSettings): Promise<void>
  /** Has a torrent obey options from now on; nothing where the session does not have it. */
  configureTorrent(infoHash: string, options: TorrentOptions): Promise<void>
  /** Has a torrent use these trackers and web seeds from now on; nothing where the session does not have it. */
  changeSources(infoHash: string, sources: ChangedSources): Promise<void>
  /**
   * The raw info dictionary of a torrent that the session does not have, from peers; undefined where none came in
   * time, or the torrent was added meanwhile. Rejects with `rate_limited`.
   */
  fetchMetadata(record: TorrentRecord, timeoutMs: number): Promise<Uint8Array | undefined>
  /** The trackers of a torrent in the order in which they are tried; undefined while it has met nobody. */
  trackers(infoHash: string): Promise<readonly TrackerView[] | undefined>
  /** The web seeds of a torrent; undefined while it has met nobody. */
  webSeeds(infoHash: string): Promise<readonly WebSeedView[] | undefined>
  /** The peers a torrent is connected with; undefined while it has met nobody. */
  peers(infoHash: string): Promise<readonly PeerView[] | undefined>
  /** A byte for each piece: how many connected peers have it, 255 for more; undefined while it meets nobody. */
  availability(infoHash: string): Promise<Uint8Array | undefined>
  /** Has a torrent fetch these pieces before all others, for a reader that has one such place; 0 pieces end it. */
  readAhead(infoHash: string, place: ReadAheadPlace): Promise<void>
  /** Bytes of a piece of a torrent that is open; undefined where it is not. Rejects as `PieceStore.read`. */
  readPiece(infoHash: string, piece: number, start: number, length: number): Promise<Uint8Array | undefined>
  /** Has a torrent dial a peer, `host:port`; undefined while it meets nobody. */
  dialPeer(infoHash: string, address: string): Promise<DialAnswer | undefined>
  /** Has the session obey bans from now on, also where it is connected already. */
  changeBans(change: BanChange): Promise<void>
  /** Has the session meet nobody in these filters, see `IpFilter`, also where it is connected already. */
  filterAddresses(filters: readonly SharedArrayBuffer[]): Promise<void>
  /** Has a torrent announce as soon as its trackers allow. */
  reannounce(infoHash: string): Promise<void>
  /** Has a torrent dial peers, `host:port`, that main judged; one that does not run leaves them out. */
  addPeers(infoHash: string, peers: readonly string[], source: 'lsd'): Promise<void>
  /** Has the session report at this interval from now on. */
  reportEvery(intervalMs: number): Promise<void>
  /** The answer to a `hash_request` event. */
  hashed(requestId: number, answer: HashAnswer): Promise<void>
  /** The answer to a `write_request` event; without a refusal the torrent may write its files. */
  permitted(requestId: number, refusal: WireError | undefined): Promise<void>
  /** Closes every torrent and the client, flushes what was written, settles when all is closed. */
  stop(): Promise<void>
}

/** Where a torrent hears of peers, and gets data beside them. */
export type ChangedSources = Pick<TorrentSource, 'trackers' | 'webSeeds'>

/** What somebody who reads a torrent's content needs next. */
export interface ReadAheadPlace {
  readonly reader: string
  readonly first: number
  readonly count: number
}

/** How a torrent is removed. */
export interface TorrentRemoval {
  readonly deleteData: boolean
  /** Files that are not deleted, by their paths below the save path: other torrents have them too. */
  readonly spared: readonly string[]
}

/** A piece range of one torrent to be hashed from disk by the hash pool. */
export interface HashRequest {
  readonly saveFolder: string
  readonly files: readonly HashFile[]
  readonly pieceLength: number
  readonly firstPiece: number
  /** 20 bytes for each piece of the range. */
  readonly expected: Uint8Array
  /** Bytes of the whole torrent: the last piece may be shorter. */
  readonly totalLength: number
}

export interface HashFile {
  readonly path: string
  readonly offset: number
  readonly length: number
  /** Zeros that are on no disk (BEP 47). */
  readonly padding: boolean
}

/** One byte a piece, 1 where the bytes on disk hash as expected; or why it could not be told. */
export type HashAnswer = { readonly matches: Uint8Array } | { readonly error: WireError }

/** The rows that changed since the last report of this generation. Which torrents exist is main's to say. */
export interface SnapshotDelta {
  readonly type: 'snapshot'
  readonly at: number
  readonly rows: readonly TorrentRow[]
  readonly totals: SessionTotals
}

export interface SessionTotals {
  readonly download_rate: number
  readonly upload_rate: number
  readonly num_peers: number
}

export const noTotals: SessionTotals = { download_rate: 0, upload_rate: 0, num_peers: 0 }

/** What a session worker tells without being asked. */
export type SessionEvent = (
  | SnapshotDelta
  | { readonly type: 'bound'; readonly port: number }
  | { readonly type: 'bind_failed'; readonly error: WireError }
  /** The worker begins to open this torrent; a crash before `activated` counts against it. */
  | { readonly type: 'activating'; readonly infoHash: string }
  /** The files were looked at: from now on these bits are kept true by the worker. */
  | { readonly type: 'activated'; readonly infoHash: string; readonly bits: SharedArrayBuffer }
  /** A fault of its disk: what was proved since the last checkpoint is not believed any more. */
  | { readonly type: 'distrusted'; readonly infoHash: string }
  /** Its files are about to be hashed anew: nothing that was told of its pieces before is true any more. */
  | { readonly type: 'forgotten'; readonly infoHash: string }
  /** Opening it ended without an `activated`: it was stopped, removed or failed. */
  | { readonly type: 'activation_ended'; readonly infoHash: string }
  /** A magnet's info dictionary arrived from peers and passed every check. */
  | {
      readonly type: 'metadata'
      readonly infoHash: string
      readonly rawInfo: Uint8Array
      readonly facts: TorrentFacts
    }
  /** A torrent is not complete and waits with opening its files for main's word. */
  | { readonly type: 'write_request'; readonly requestId: number; readonly infoHash: string }
  | { readonly type: 'hash_request'; readonly requestId: number; readonly request: HashRequest }
  /** What is proved to be on disk, after it was synced. */
  | { readonly type: 'checkpoint'; readonly infoHash: string; readonly checkpoint: TorrentCheckpoint }
  /** What may not wait for the next checkpoint. */
  | { readonly type: 'counters'; readonly infoHash: string; readonly counters: TorrentCounters }
  /** A peer is banned for its bad pieces. */
  | { readonly type: 'banned'; readonly ban: Ban }
  /** What is worth keeping of the DHT. */
  | { readonly type: 'dht_table'; readonly table: DhtTable }
  | { readonly type: 'hash_cancel'; readonly requestId: number }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly fields: Record<string, unknown>
    }
) & {
  /** Of a torrent: its `TorrentRecord.addedAt`, since it may have been removed and added again meanwhile. */
  readonly addedAt?: number
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
