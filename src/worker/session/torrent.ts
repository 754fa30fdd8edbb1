/**
 * One torrent of a session. It follows its record: started or not, it opens its content, hands itself to the
 * engine and closes again. Its state is derived from how far it has come.
 */
import { toWireError, type WireError } from '../../protocol/errors.ts'
import { factsOf, isToRun, type TorrentRecord } from '../../protocol/records.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import { parseInfo, type TorrentInfo } from '../../protocol/torrent-info.ts'
import { isSamePlace } from '../../protocol/torrent-place.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Phase } from './prepare-content.ts'
import type { Reported } from './reporter.ts'
import { asError } from './thrown.ts'
import { diskError } from './storage/disk-error.ts'
import { TorrentContent } from './torrent-content.ts'
import { TorrentMeeting } from './torrent-meeting.ts'
import { TorrentMeter } from './torrent-meter.ts'
import { TorrentSteps } from './torrent-steps.ts'
import { rowOf } from './torrent-row.ts'
import { ofLife, type TorrentSurroundings } from './torrent-surroundings.ts'

export class Torrent implements Reported {
  record: TorrentRecord // with the metadata that came from peers
  readonly #near: TorrentSurroundings
  readonly #meter: TorrentMeter
  #phase: Phase | undefined
  #phaseProgress: number | undefined
  #error: WireError | undefined
  #content: TorrentContent | undefined
  #meeting: TorrentMeeting | undefined
  readonly #steps = new TorrentSteps((error) => this.#fail(error))
  /** Settles when what it was told to do so far is done, or was called off. */
  readonly settled = async (): Promise<void> => await this.#steps.settled()
  #heal: NodeJS.Timeout | undefined
  #isHeld = false

  constructor(record: TorrentRecord, near: TorrentSurroundings) {
    this.record = record
    this.#near = ofLife(near, record)
    this.#meter = new TorrentMeter(record.counters, (bytes) => near.transfers.count(bytes))
    if (record.source.rawInfo !== undefined) this.#know(parseInfo(record.source.rawInfo))
  }

  get isOpen(): boolean {
    return this.#phase !== undefined
  }

  get isActive(): boolean {
    return this.#meeting ? !this.#meeting.isDormant : this.#phaseProgress !== undefined
  }

  /** Its dealings with peers and trackers, while it has any. */
  get meeting(): TorrentMeeting | undefined {
    return this.#meeting
  }

  row(now: number): TorrentRow {
    const [record, phase, content, meeting] = [this.record, this.#phase, this.#content, this.#meeting]
    const [meter, stepProgress, error] = [this.#meter, this.#phaseProgress, this.#error]
    return rowOf({ record, phase, content, meeting, meter, stepProgress, error }, now)
  }

  /** Brings the torrent to its record. One that is started out of an error fetches again what it lost. */
  follow(record: TorrentRecord): void {
    const { rawInfo } = this.record.source
    const isMoved = !isSamePlace(this.record, record)
    // metadata that came from peers is not lost to a record that was sent before it was known
    this.record = rawInfo === undefined ? record : { ...record, source: { ...record.source, rawInfo } }
    const wasHeld = this.#isHeld
    this.#isHeld = false
    if (isMoved && !wasHeld) this.#steps.interrupt('the files were moved')
    if (isMoved || wasHeld) this.#steps.add(() => this.#settle(wasHeld, isMoved))
    if (isToRun(record)) this.#steps.add(() => this.#open(this.#error !== undefined))
    else void this.close()
    this.#near.reporter.mark(this)
  }

  /** Hashes all files anew, and is as the record says then: stopped, or among its peers. */
  recheck(record: TorrentRecord): void {
    this.#steps.interrupt('the torrent is checked anew')
    this.#steps.add(async () => {
      await this.#shut()
      this.#content?.adopt({ ...this.record, resume: undefined })
      this.#near.post({ type: 'forgotten', infoHash: record.infoHash })
      if (isToRun(this.record)) return
      await this.#content?.check(this.record, this.#steps.renew())
      await this.#shut()
    })
    this.follow(record)
  }

  /** Touches none of its files until it follows a record again; peers stay, and wait. */
  async hold(): Promise<void> {
    this.#isHeld = true
    if (this.#phase !== 'running') this.#steps.interrupt('the files are being moved')
    this.#steps.add(async () => await (this.#phase === 'running' ? this.#content?.hold() : this.#shut()))
    await this.#steps.settled()
  }

  /** Obeys options from now on. */
  configure(options: TorrentOptions): void {
    this.record = { ...this.record, options }
    this.#meeting?.configure(options, this.#content?.select(options).priorities)
    this.#near.reporter.mark(this)
  }

  /** Makes a checkpoint where something changed; a disk that fails stops the torrent. */
  async checkpoint(): Promise<void> {
    await this.#content?.checkpoint().catch((error: unknown) => this.fail(error))
  }

  /** Closes connections and files; settles when no byte moves any more. */
  async close(): Promise<void> {
    this.#steps.interrupt('the torrent was stopped')
    this.#steps.add(() => this.#shut())
    await this.#steps.settled()
  }

  /** Stops it with an error; after a while it tries by itself whether the cause is gone. */
  fail(error: unknown): void {
    this.#steps.add(() => Promise.reject(asError(error)))
  }

  /** Closes it and deletes exactly its files but those `spared`. Rejects with a disk code. */
  async deleteData(spared: ReadonlySet<string>): Promise<void> {
    await this.close()
    if (this.record.storageMode !== 'memory') await this.#content?.delete(this.record, spared)
  }

  /** What was held goes on where the files lie now; what was not is opened there anew. */
  async #settle(wasHeld: boolean, isMoved: boolean): Promise<void> {
    const content = this.#content
    if (wasHeld && this.#phase === 'running' && content?.isAgreed(this.record) === true) {
      await content.resume(this.record, this.#steps.signal)
      this.#ready()
    } else {
      await this.#shut()
      if (isMoved) content?.adopt(this.record)
    }
  }

  async #open(acceptLoss: boolean): Promise<void> {
    clearTimeout(this.#heal)
    if (this.#phase !== undefined || !isToRun(this.record) || this.#isHeld) return // it is open, or must not be
    const signal = this.#steps.renew()
    this.#near.transfers.require()
    if (!acceptLoss) await this.#content?.refuseLost(this.record)
    this.#error = undefined
    this.#to(this.#content ? 'checking_resume_data' : 'downloading_metadata')
    await this.#content?.open({ record: this.record, signal, acceptLoss })
    await this.#meetPeers()
  }

  /** Somebody touched its files: they are proved again, and only what is lost then is an error. */
  async #reopen(): Promise<void> {
    if (this.#phase !== 'running' || this.#isHeld) return
    await this.#shut()
    this.#content?.distrust()
    this.#steps.signal.throwIfAborted()
    await this.#open(false)
  }

  async #meetPeers(): Promise<void> {
    this.#meeting = await TorrentMeeting.begin({
      record: () => this.record,
      content: () => this.#content,
      near: this.#near,
      signal: this.#steps.signal,
      meter: this.#meter,
      onRest: () => this.#near.reporter.mark(this),
      events: {
        onVerified: (index) => this.#content?.verified(index) === true && this.#finish(),
        onMetadata: (rawInfo) => this.#steps.add(() => this.#supply(rawInfo)),
        onReady: () => this.#ready(),
        onFailed: (error) => this.fail(error),
      },
    })
  }

  /** Metadata came from peers: it is checked like a file that a caller sends. */
  async #supply(rawInfo: Uint8Array): Promise<void> {
    if (this.#meeting === undefined) return
    const info = parseInfo(rawInfo)
    const { infoHash, source } = this.record
    this.record = { ...this.record, source: { ...source, rawInfo } }
    const content = this.#know(info)
    this.#near.post({ type: 'metadata', infoHash, rawInfo, facts: factsOf(info) })
    this.#to('checking_resume_data')
    await content.open({ record: this.record, signal: this.#steps.signal, acceptLoss: false })
    this.#meeting.supply()
  }

  async #shut(): Promise<void> {
    clearTimeout(this.#heal)
    await this.#meeting?.close()
    this.#meeting = undefined
    if (this.isOpen) this.#near.post({ type: 'activation_ended', infoHash: this.record.infoHash })
    this.#to(undefined)
    this.#error = undefined
    this.#near.reporter.mark(this)
    await this.#content?.close()
  }

  /** A fault of the disk stops the torrent; a bug ends the worker, and is seen. */
  async #fail(error: unknown): Promise<void> {
    const stopped = this.#steps.signal.aborted
    const wire = toWireError(diskError(error, 'use', this.record.savePath))
    if (wire.code === 'internal' && !stopped) throw error
    await this.#shut().catch(() => undefined) // the first fault is the one that is told
    this.#content?.distrust()
    this.#near.reporter.mark(this)
    if (stopped) return
    this.#error = wire
    this.#heal = setTimeout(() => this.#steps.add(() => this.#open(false)), this.#near.healMs)
  }

  #know(info: TorrentInfo): TorrentContent {
    const [{ post }, { infoHash }] = [this.#near, this.record]
    this.#content = new TorrentContent(info, this.record, this.#near, {
      onStep: (step, progress) => this.#to(step, progress),
      onFault: (error) => this.fail(error),
      onTouched: () => this.#steps.add(() => this.#reopen()),
      onDistrusted: () => post({ type: 'distrusted', infoHash }),
      onCheckpoint: (checkpoint) => post({ type: 'checkpoint', infoHash, checkpoint }),
      counters: () => this.#meter.counters,
    })
    return this.#content
  }

  #ready(): void {
    const bits = this.#content?.shared ?? new SharedArrayBuffer(0)
    this.#near.post({ type: 'activated', infoHash: this.record.infoHash, bits })
    this.#to('running')
    if (this.#content?.isComplete === true) this.#finish()
    else void this.checkpoint()
  }

  #finish(): void {
    this.#meter.finish(Date.now())
    this.#meeting?.completed()
    void this.checkpoint()
    this.#near.reporter.mark(this)
  }

  #to(phase: Phase | undefined, progress?: number): void {
    if (this.#phase !== phase || this.#phaseProgress === undefined) this.#near.reporter.mark(this)
    this.#phase = phase
    this.#phaseProgress = progress
  }
}
