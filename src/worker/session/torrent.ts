/**
 * One torrent of a session. It follows its record: started or not, it opens its files, proves what is there,
 * hands itself to the engine and closes again. Its state is derived from how far it has come.
 */
import { RestTorrentError, toWireError, type WireError } from '../../protocol/errors.ts'
import { restingState, shareRatio, type TorrentRecord } from '../../protocol/records.ts'
import type { SessionEvent } from '../../protocol/session-rpc.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import type { TorrentRow, TorrentState } from '../../protocol/torrent.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { checkFiles } from './check-files.ts'
import type { Content } from './engine/content.ts'
import type { Engine } from './engine/engine.ts'
import type { EngineTorrent } from './engine/engine-torrent.ts'
import type { HashClient } from './hash-client.ts'
import { PieceBits } from './piece-bits.ts'
import { RateMeter } from './rate-meter.ts'
import type { Reported, Reporter } from './reporter.ts'
import { allocate } from './storage/allocate.ts'
import { deleteFiles } from './storage/delete-files.ts'
import { diskError } from './storage/disk-error.ts'
import { EngineStore } from './storage/engine-store.ts'
import type { MemoryBudget } from './storage/memory-piece-store.ts'
import type { PieceStore } from './storage/piece-store.ts'
import type { SessionDisk } from './storage/session-disk.ts'
import { layoutOf, openStore } from './torrent-store.ts'

/** What a torrent needs of its session. */
export interface TorrentSurroundings {
  readonly disk: SessionDisk
  readonly memory: MemoryBudget
  readonly hashes: HashClient
  readonly reporter: Reporter
  readonly engine: () => Promise<Engine>
  readonly post: (event: SessionEvent) => void
}

/** How far an opened torrent has come; `running` is divided further by what it has. */
type Phase =
  | Extract<
      TorrentState,
      | 'checking_resume_data'
      | 'queued_for_checking'
      | 'checking_files'
      | 'allocating'
      | 'downloading_metadata'
    >
  | 'running'

export class Torrent implements Reported {
  readonly #near: TorrentSurroundings
  readonly #down = new RateMeter(Date.now())
  readonly #up = new RateMeter(Date.now())
  #record: TorrentRecord
  #downloaded: number
  #uploaded: number
  #phase: Phase | undefined
  #phaseProgress: number | undefined
  #error: WireError | undefined
  #info: TorrentInfo | undefined
  #bits: PieceBits | undefined
  #store: PieceStore | undefined
  #opened: EngineTorrent | undefined
  #abort = new AbortController()
  /** Opening and closing, one after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(record: TorrentRecord, near: TorrentSurroundings) {
    this.#record = record
    this.#near = near
    this.#downloaded = record.counters.downloaded
    this.#uploaded = record.counters.uploaded
    if (record.source.rawInfo !== undefined) this.#know(parseInfo(record.source.rawInfo))
  }

  get isActive(): boolean {
    return this.#phase !== undefined
  }

  get state(): TorrentState {
    if (this.#error !== undefined) return 'error'
    if (this.#phase === undefined) return restingState(this.#record)
    if (this.#phase !== 'running') return this.#phase
    return this.#bits?.isComplete === true ? 'seeding' : 'downloading'
  }

  row(now: number): TorrentRow {
    const { infoHash, source, addedAt, savePath } = this.#record
    const total = this.#info?.length ?? 0
    const have = this.#bits?.bytes ?? 0
    const rate = this.#down.sample(now)
    return {
      info_hash: infoHash,
      name: this.#info?.name ?? source.name,
      state: this.state,
      progress: this.#phaseProgress ?? (total === 0 ? 0 : floor(have / total)),
      download_rate: rate,
      upload_rate: this.#up.sample(now),
      num_peers: this.#opened?.numPeers ?? 0,
      num_seeds: this.#opened?.numSeeds ?? 0,
      total_size: total,
      downloaded: this.#downloaded,
      uploaded: this.#uploaded,
      ratio: shareRatio({ downloaded: this.#downloaded, uploaded: this.#uploaded }, total),
      eta_ms: rate > 0 && have < total ? Math.round(((total - have) / rate) * 1000) : null,
      added_at: addedAt,
      save_path: savePath,
      ...(this.#error ? { error: this.#error } : {}),
    }
  }

  /** Brings the torrent to its record. */
  follow(record: TorrentRecord): void {
    const { rawInfo } = this.#record.source
    // metadata that came from peers is not lost to a record that was sent before it was known
    this.#record = rawInfo === undefined ? record : { ...record, source: { ...record.source, rawInfo } }
    if (record.started && record.quarantine === undefined) this.#enqueue(() => this.#open())
    else void this.close()
    this.#near.reporter.mark(this)
  }

  /** Closes connections and files; settles when no byte moves any more. */
  async close(): Promise<void> {
    this.#abort.abort(new RestTorrentError('session_gone', 'the torrent was stopped'))
    this.#enqueue(() => this.#shut())
    await this.#work
  }

  /** Closes it and deletes exactly its files. Rejects with a disk code. */
  async deleteData(): Promise<void> {
    await this.close()
    if (this.#info === undefined || this.#record.storageMode === 'memory') return
    const paths = this.#info.files
      .filter(({ padding, symlink }) => !padding && !symlink)
      .map((file) => file.safePath)
    await deleteFiles(this.#near.disk.operations, this.#record.saveFolder, paths, () => false)
  }

  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => this.#fail(error))
  }

  async #open(): Promise<void> {
    if (this.#phase !== undefined || !this.#record.started) return // it is open, or was stopped meanwhile
    this.#abort = new AbortController()
    this.#error = undefined
    if (this.#info === undefined) {
      this.#to('downloading_metadata')
      await this.#openInEngine(undefined)
    } else {
      this.#to('checking_resume_data')
      await this.#openInEngine(await this.#prepare(this.#info))
    }
  }

  /** Everything that comes before the engine: space, what is on disk, the store. */
  async #prepare(info: TorrentInfo): Promise<Content> {
    const { disk, hashes } = this.#near
    const { saveFolder, storageMode } = this.#record
    const { signal } = this.#abort
    const onDisk = storageMode !== 'memory'
    if (this.#bits === undefined || !onDisk) {
      const bits = new PieceBits(info)
      const onProgress = (progress: number): void => this.#to('checking_files', progress)
      if (onDisk) await checkFiles({ disk, saveFolder, info, bits, hashes, signal, onProgress })
      this.#bits = bits
    }
    signal.throwIfAborted()
    if (storageMode === 'allocate' && !this.#bits.isComplete) await this.#allocate(info, signal)
    this.#store = await openStore(this.#record, info, this.#near, !this.#bits.isEmpty)
    signal.throwIfAborted()
    const rawInfo = this.#record.source.rawInfo ?? new Uint8Array()
    return { info, rawInfo, bits: this.#bits.copy(), store: new EngineStore(this.#store) }
  }

  async #allocate(info: TorrentInfo, signal: AbortSignal): Promise<void> {
    this.#to('allocating', 0)
    await allocate(this.#near.disk.operations, {
      root: this.#record.saveFolder,
      files: layoutOf(info).files,
      createRoot: true,
      signal,
      progress: (reserved, total) => this.#to('allocating', reserved / total),
    })
  }

  async #openInEngine(content: Content | undefined): Promise<void> {
    const { infoHash, source } = this.#record
    const engine = await this.#near.engine()
    this.#abort.signal.throwIfAborted()
    this.#near.post({ type: 'activating', infoHash })
    const ready = Promise.withResolvers<undefined>()
    const { signal } = this.#abort
    signal.addEventListener('abort', () => ready.reject(signal.reason), { once: true })
    this.#opened = engine.open(infoHash, source.name, content, {
      onVerified: (index) => this.#verified(index),
      onMetadata: (rawInfo) => this.#enqueue(() => this.#supply(rawInfo)),
      onReady: () => {
        this.#near.post({ type: 'activated', infoHash, bits: this.#bits?.shared ?? new SharedArrayBuffer(0) })
        this.#to('running')
        ready.resolve(undefined)
      },
      onDone: () => this.#near.reporter.mark(this),
      onFailed: (error) => {
        ready.reject(asError(error))
        this.#enqueue(() => Promise.reject(asError(error)))
      },
      onDownloaded: (bytes) => this.#count(bytes, 0),
      onUploaded: (bytes) => this.#count(0, bytes),
    })
    ready.promise.catch(() => undefined) // a magnet does not wait for it here
    if (content === undefined) this.#near.post({ type: 'activation_ended', infoHash })
    else await ready.promise
    for (const peer of source.peers) this.#opened.addPeer(peer, 'manual')
  }

  /** Metadata came from peers: it is checked like a file that a caller sends. */
  async #supply(rawInfo: Uint8Array): Promise<void> {
    if (this.#opened === undefined) return
    const info = parseInfo(rawInfo)
    const { infoHash, source } = this.#record
    this.#record = { ...this.#record, source: { ...source, rawInfo } }
    this.#know(info)
    this.#near.post({
      type: 'metadata',
      infoHash,
      rawInfo,
      facts: {
        name: info.name,
        totalSize: info.length,
        private: info.private,
        pieceLength: info.pieceLength,
        pieceCount: info.pieceCount,
      },
    })
    this.#to('checking_resume_data')
    this.#opened.supply(await this.#prepare(info))
  }

  async #shut(): Promise<void> {
    await this.#opened?.close()
    await this.#store?.close()
    this.#opened = undefined
    this.#store = undefined
    this.#phaseProgress = undefined
    if (this.#phase !== undefined)
      this.#near.post({ type: 'activation_ended', infoHash: this.#record.infoHash })
    this.#phase = undefined
    this.#near.reporter.mark(this)
  }

  async #fail(error: unknown): Promise<void> {
    const stopped = this.#abort.signal.aborted
    const wire = toWireError(diskError(error, 'use', this.#record.savePath))
    if (wire.code === 'internal' && !stopped) throw error // a bug: it ends the worker, and is seen
    await this.#shut()
    if (!stopped) this.#error = wire
    this.#near.reporter.mark(this)
  }

  #know(info: TorrentInfo): void {
    this.#info = info
    const { bits } = this.#record
    if (bits !== undefined && bits.byteLength > 0) this.#bits = new PieceBits(info, bits)
  }

  #verified(index: number): void {
    const before = this.#bits?.isComplete
    this.#bits?.set(index)
    if (this.#bits?.isComplete !== before) this.#near.reporter.mark(this)
  }

  #count(downloaded: number, uploaded: number): void {
    this.#downloaded += downloaded
    this.#uploaded += uploaded
    this.#down.add(downloaded)
    this.#up.add(uploaded)
  }

  #to(phase: Phase, progress?: number): void {
    const isNew = this.#phase !== phase
    this.#phase = phase
    this.#phaseProgress = progress === undefined ? undefined : floor(progress)
    if (isNew) this.#near.reporter.mark(this)
  }
}

/** Six digits, never rounded up to a 1 that is not true. */
function floor(share: number): number {
  return Math.floor(share * 1e6) / 1e6
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the engine closed the torrent')
}
