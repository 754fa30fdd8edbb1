/**
 * The content of one torrent: which of its pieces are there, where they are kept, and the checkpoints that
 * carry both over a restart. Exists once the metadata is known, whether the torrent is open or not.
 */
import { RestTorrentError } from '../../protocol/errors.ts'
import { claimedBits, type ResumeState, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import type { Content } from './engine/content.ts'
import { ContentFiles, type Keeping } from './content-files.ts'
import { PieceBits } from './piece-bits.ts'
import { Selection } from './selection.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import { openContent, prove, type Preparation } from './prepare-content.ts'
import { identifyFiles } from './resume/identify-files.ts'
import type { ResumeProof } from './resume/prove-resume.ts'
import { EngineStore } from './storage/engine-store.ts'
import { deleteFiles, removeOwnFolder } from './storage/delete-files.ts'
import { pathsOnDisk } from './storage/layout.ts'
import type { ContentEvents, ContentSurroundings, Opening } from './content-surroundings.ts'
import { FoundLoss } from './resume/lost-files.ts'

export class TorrentContent {
  readonly info: TorrentInfo
  readonly #near: ContentSurroundings
  readonly #events: ContentEvents
  #bits: PieceBits
  /** Whether the bits were proved in this process and nothing has happened since. */
  #isProved: boolean
  /** Whether another torrent's files kept it from writing; then its files need not be looked at again to ask. */
  #isRefused = false
  #resume: ResumeState | undefined
  #selection: Selection
  /** The torrent with its files where they are stored. */
  #named: TorrentInfo
  readonly #files = new ContentFiles()
  readonly #loss = new FoundLoss()

  constructor(info: TorrentInfo, record: TorrentRecord, near: ContentSurroundings, events: ContentEvents) {
    this.info = info
    this.#named = withNames(info, record.renamed)
    this.#near = near
    this.#events = events
    this.#isProved = (record.bits?.byteLength ?? 0) > 0
    // what a run before has claimed is shown until it is proved
    this.#bits = this.#isProved
      ? new PieceBits(info, record.bits)
      : PieceBits.copyOf(info, record.resume?.checkpoint.bits)
    this.#resume = record.resume
    this.#selection = new Selection(info, record.options, this.#bits)
  }

  /** Bytes of the pieces that are there. */
  get bytes(): number {
    return this.#bits.bytes
  }

  /** What is wanted, and how much of it is missing. */
  get selection(): Selection {
    return this.#selection
  }

  /** Wants other files from now on. */
  select(options: TorrentOptions): Selection {
    this.#selection = new Selection(this.info, options, this.#bits)
    return this.#selection
  }

  get isComplete(): boolean {
    return this.#bits.isComplete
  }

  /** Whether every piece is there and may be read. */
  get isWhole(): boolean {
    return this.isComplete && this.#files.isOpen
  }

  /** The bits, in the memory that outlives this thread. */
  get shared(): SharedArrayBuffer {
    return this.#bits.shared
  }

  /** Deletes exactly its files but those `spared`, paths below the folder. Rejects with a disk code. */
  async delete({ saveFolder, infoHash }: TorrentRecord, spared: ReadonlySet<string>): Promise<void> {
    const { operations } = this.#near.disk
    await deleteFiles(operations, saveFolder, pathsOnDisk(this.#named), (path) => spared.has(path))
    await removeOwnFolder(operations, saveFolder, infoHash)
  }

  /**
   * Proves what is there and opens the store. Rejects with `files_changed` when pieces were lost to somebody else,
   * `file_in_use` when it would have to write files of another torrent, a disk code, or with the signal's reason.
   */
  async open(opening: Opening): Promise<void> {
    const { record, signal, acceptLoss } = opening
    if (this.#isRefused && !acceptLoss) await this.#askToWrite(record, signal)
    const preparation = this.#preparation(opening)
    const proof = await this.#prove(preparation)
    if (proof.lost.length > 0 && !acceptLoss) throw this.#loss.note(proof)
    if (!this.#bits.isComplete) await this.#askToWrite(record, signal)
    this.#isProved = true
    this.#files.open(record, await openContent(preparation, proof), this.#keeping())
    // what took hashing is kept at once, and which files it was found in
    if (proof.isHashed) void this.checkpoint().catch(this.#fault)
  }

  /** Rejects with what an opening before found to be lost while the files are as they were then, or with a disk code. */
  async refuseLost({ saveFolder }: TorrentRecord): Promise<void> {
    await this.#loss.refuse({ info: this.#named, disk: this.#near.disk, saveFolder })
  }

  /** What the engine is given; undefined while it is not open. */
  lend({ source }: TorrentRecord): Content | undefined {
    const store = this.#files.store(() => this.#keeping())
    return (
      store && {
        info: this.info,
        rawInfo: source.rawInfo ?? new Uint8Array(),
        bits: this.#bits.copy(),
        store: new EngineStore(store),
        priorities: this.#selection.priorities,
      }
    )
  }

  /** Nobody has what was lent: the files of what has every piece are closed until it is lent again. Rejects with a disk code. */
  async rest(): Promise<void> {
    if (this.isWhole) await this.#files.rest()
  }

  /** Proves what is there and tells it by a checkpoint, without opening anything. Rejects as `open`. */
  async check(record: TorrentRecord, signal: AbortSignal): Promise<void> {
    const { bits, identities } = await this.#prove(this.#preparation({ record, signal, acceptLoss: true }))
    const files = Array.from(identities, ([index, identity]) => ({ index, ...identity }))
    this.#told({ bits: bits.copy(), files, openForWriting: [], counters: this.#events.counters() })
  }

  #preparation({ record, signal, acceptLoss }: Opening): Preparation {
    return {
      record: { ...record, resume: this.#resume },
      info: this.#named,
      bits: this.#isProved ? this.#bits : undefined,
      near: this.#near,
      signal,
      onStep: this.#events.onStep,
      acceptLoss,
    }
  }

  async #prove(preparation: Preparation): Promise<ResumeProof> {
    this.#loss.forget()
    const proof = await prove(preparation)
    this.#bits = proof.bits
    this.select(preparation.record.options)
    return proof
  }

  /** The piece is on disk and hashes as it should. Gives whether it was the last one that was missing. */
  verified(index: number): boolean {
    const wasComplete = this.isComplete
    if (!this.#bits.has(index)) this.#selection.gained(index)
    this.#bits.set(index)
    if (this.#files.isOverdue) void this.checkpoint().catch(this.#fault)
    return !wasComplete && this.isComplete
  }

  /**
   * Makes a checkpoint where something changed, and looks after the files when their time has come: where one is
   * not what it was, the content has to be opened anew. Rejects with a disk code.
   */
  async checkpoint(): Promise<void> {
    if (await this.#files.checkpoint(() => this.#resume?.checkpoint)) this.#events.onTouched()
  }

  /** Ends reading and writing, with a last checkpoint. Rejects with a disk code, and is closed then too. */
  async close(): Promise<void> {
    await this.#files.close()
  }

  /** Touches no file until `resume`, with a last checkpoint; peers wait meanwhile. Rejects as `close`. */
  async hold(): Promise<void> {
    await this.#files.hold(() => this.#keeping())
  }

  /** Goes on where the files of the record lie now, which are what they were. Rejects with a disk code. */
  async resume(record: TorrentRecord, signal: AbortSignal): Promise<void> {
    this.#named = withNames(this.info, record.renamed)
    const preparation = this.#preparation({ record, signal, acceptLoss: false })
    const place = { info: this.#named, disk: this.#near.disk, saveFolder: record.saveFolder }
    const proof = { bits: this.#bits, identities: await identifyFiles(place), lost: [], isHashed: false }
    this.#files.open(record, await openContent(preparation, proof), this.#keeping())
  }

  /** Whether the record claims exactly the pieces that are there. */
  isAgreed(record: TorrentRecord): boolean {
    const claimed = claimedBits(record)
    return claimed !== undefined && Buffer.compare(claimed, this.#bits.copy()) === 0
  }

  /** Knows where the files lie, and of its pieces nothing but the record's checkpoint; that is proved at the next opening. */
  adopt(record: TorrentRecord): void {
    this.#named = withNames(this.info, record.renamed)
    this.#isProved = false
    this.#loss.forget()
    this.#resume = record.resume
    this.#bits = PieceBits.copyOf(this.info, record.resume?.checkpoint.bits)
    this.#selection = this.#selection.over(this.#bits)
  }

  /** After a fault the files are looked at again before anything of them is believed. */
  distrust(): void {
    this.#isProved = false
    this.#events.onDistrusted()
    if (this.#resume) this.#resume = { ...this.#resume, clean: false }
  }

  async #askToWrite({ infoHash, storageMode }: TorrentRecord, signal: AbortSignal): Promise<void> {
    if (storageMode === 'memory') return
    this.#isRefused = true
    await this.#near.permits.ask(infoHash, signal)
    this.#isRefused = false
  }

  #keeping(): Keeping {
    const [{ onFault, counters }, told] = [this.#events, this.#resume?.checkpoint]
    return {
      info: this.#named,
      bits: this.#bits,
      near: this.#near,
      counters,
      told,
      post: this.#told,
      onFault,
    }
  }

  readonly #told: ContentEvents['onCheckpoint'] = (checkpoint) => {
    this.#resume = { checkpoint, clean: true }
    this.#events.onCheckpoint(checkpoint)
  }

  readonly #fault = (error: unknown): void => {
    const isKnown = error instanceof RestTorrentError
    this.#events.onFault(isKnown ? error : new RestTorrentError('disk_failed', 'sync failed'))
  }
}
