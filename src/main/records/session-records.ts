/**
 * The desired state of one session: its record, its torrents, and removals that have yet to be carried out. Held in
 * memory and, for a durable session, in the store before callers are told of it. Main is the only writer.
 */
import { randomUUID } from 'node:crypto'
import { changedFields, type FieldsOf } from '../../protocol/changed-fields.ts'
import type { DhtTable } from '../../protocol/dht-table.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { SessionRecord, TorrentCheckpoint, TorrentFacts, TorrentRecord } from '../../protocol/records.ts'
import type { SessionSettings } from '../../protocol/session.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import { Turns } from '../../protocol/turns.ts'
import { addTorrent, finishRemoval, learnMetadata, removeTorrent } from './comings-and-goings.ts'
import { keepCounters } from './keep-counters.ts'
import { BackgroundWrites, type Journal, type Keeping } from './journal.ts'
import { SessionBans } from './session-bans.ts'
import { giveUp, leftOf, takenOverBy, type Removal } from './removal.ts'
import { forgetPieces, putQueueRanks, putTorrent } from './record-operations.ts'
import { SessionStatistics } from './session-statistics.ts'
import { TorrentCounting, type CountedNow } from './torrent-counting.ts'
import { torrentNotFound } from './torrent-not-found.ts'

export class SessionRecords {
  session: SessionRecord
  readonly torrents = new Map<string, TorrentRecord>()
  readonly removals = new Set<Removal>()
  readonly counting = new TorrentCounting({
    torrents: this.torrents,
    set: (infoHash, counters) => this.change(infoHash, { counters }),
    keep: (counted) => this.#keepCounters(counted),
  })
  /** Whom it has nothing to do with. */
  readonly bans: SessionBans
  readonly statistics: SessionStatistics
  readonly #journal: Journal | undefined
  readonly #background: BackgroundWrites | undefined
  readonly #adding = new Set<string>()
  readonly #turns = new Turns()
  /** Settles when what was written in the background so far is durable, or has failed. */
  readonly flush = async (): Promise<void> => await this.#background?.flush()
  #isDropped = false

  /** Without `keeping` nothing is kept past the process. */
  constructor(session: SessionRecord, keeping?: Keeping) {
    this.session = session
    this.#journal = keeping?.journal
    this.#background = keeping && new BackgroundWrites(keeping.journal, keeping.onFailed)
    this.bans = new SessionBans(session.id, this.#journal, this.#background)
    this.statistics = new SessionStatistics(this.torrents, this.isDurable)
  }

  /** Whether it comes back after a restart of the process. */
  get isDurable(): boolean {
    return this.#journal !== undefined
  }

  /** Records the session itself. Rejects with a disk code. */
  async keep(): Promise<void> {
    await this.#journal?.write({ type: 'put_session', session: this.session })
  }

  /** Forgets the session and all in it but removals, also of torrents that have files elsewhere. Rejects with a disk code. */
  async drop(): Promise<void> {
    await this.#turns.take('session', async () => {
      const removalId = randomUUID()
      await this.#journal?.write({ type: 'remove_session', sessionId: this.session.id, removalId })
      this.#isDropped = true
      for (const removal of leftOf(this.torrents, removalId)) this.removals.add(removal)
    })
  }

  /** Throws `torrent_exists` for a torrent that is here, or is being added. */
  refuseDuplicate(infoHash: string): void {
    if (!this.torrents.has(infoHash) && !this.#adding.has(infoHash)) return
    throw new RestTorrentError('torrent_exists', `torrent ${infoHash} exists in the session already`)
  }

  /** Adds a torrent, `beside` with it. Rejects with `torrent_exists` or a disk code, and then nothing is changed. */
  async add(record: TorrentRecord, beside: readonly StoreOperation[] = []): Promise<void> {
    this.refuseDuplicate(record.infoHash)
    this.#adding.add(record.infoHash)
    try {
      await this.#turns.take(record.infoHash, async () => {
        const takenOver = takenOverBy(this.removals, record)
        await this.#write(record, ...addTorrent(this.session.id, record, takenOver), ...beside)
        takenOver.forEach(giveUp)
        this.torrents.set(record.infoHash, record)
      })
    } finally {
      this.#adding.delete(record.infoHash)
    }
  }

  /** Puts what was read from the store into memory. */
  restore(torrents: Iterable<TorrentRecord>, removals: Iterable<Removal>): void {
    for (const record of torrents) this.torrents.set(record.infoHash, record)
    for (const removal of removals) this.removals.add(removal)
  }

  /**
   * Changes what callers decided of a torrent, such as whether it is started; `beside` is written with it.
   * Gives its record. Rejects with `torrent_not_found`, with what `decision` throws, or a disk code.
   */
  async decide(
    infoHash: string,
    decision: Partial<TorrentRecord> | ((before: TorrentRecord) => Partial<TorrentRecord>),
    beside: readonly StoreOperation[] = [],
  ): Promise<TorrentRecord> {
    return await this.#turns.take(infoHash, async () => {
      const before = this.torrents.get(infoHash)
      if (before === undefined) throw torrentNotFound(infoHash)
      const decide = typeof decision === 'function' ? decision : () => decision
      const decided = (record: TorrentRecord) => ({ ...record, ...decide(record) }) // metadata may come meanwhile
      await this.#write(before, putTorrent(this.session.id, decided(before)), ...beside)
      return this.change(infoHash, decided(this.torrents.get(infoHash) ?? before)) ?? decided(before)
    })
  }

  /** Puts torrents at these ranks of the queue. Rejects with a disk code. */
  async rank(ranks: ReadonlyMap<string, number>): Promise<void> {
    await this.#journal?.write(putQueueRanks(this.session.id, ranks))
    for (const [infoHash, queueRank] of ranks) this.change(infoHash, { queueRank })
  }

  /** Changes what the session is called and its settings, as `changeSession` does. */
  async configure(
    called: FieldsOf<Pick<SessionRecord, 'name' | 'labels'>>,
    settings: FieldsOf<SessionSettings>,
  ): Promise<void> {
    await this.changeSession((before) => ({
      ...before,
      name: called.name ?? before.name,
      labels: called.labels ?? before.labels,
      settings: changedFields(before.settings, settings),
    }))
  }

  /** Changes the session's record. Rejects with a disk code, and then nothing is changed. */
  async changeSession(change: (before: SessionRecord) => SessionRecord): Promise<void> {
    await this.#turns.take('session', async () => {
      if (this.#isDropped) throw new RestTorrentError('session_not_found', 'session not found')
      await this.#journal?.write({ type: 'put_session', session: change(this.session) })
      this.session = change(this.session) // its port may have been bound meanwhile
    })
  }

  /** Keeps a torrent from being run, in memory at once and in the store in the background. */
  quarantine(infoHash: string, reason: string): TorrentRecord | undefined {
    const record = this.change(infoHash, { quarantine: reason })
    // in its turn: a removal that is under way must not be undone
    void this.#turns.take(infoHash, () => {
      const still = this.torrents.get(infoHash)
      if (still !== undefined) this.#later(still, putTorrent(this.session.id, still))
      return Promise.resolve()
    })
    return record
  }

  /** Takes a torrent out of the desired state; gives the removal for the worker. Rejects with a disk code. */
  async remove(infoHash: string, deleteData: boolean): Promise<Removal | undefined> {
    return await this.#turns.take(infoHash, async () => {
      const record = this.torrents.get(infoHash)
      if (record === undefined) return undefined
      const removal = { id: randomUUID(), record, deleteData }
      const counters = this.counting.read(record)
      await this.#write(record, ...removeTorrent(this.session.id, { infoHash, counters }, removal))
      if (this.#isDropped) return undefined // the session was deleted first, and the torrent with it
      removal.record = this.torrents.get(infoHash) ?? record // its metadata may have come meanwhile
      this.statistics.leave(infoHash, record.memoryOnly ? undefined : counters)
      this.torrents.delete(infoHash)
      this.counting.leave(infoHash)
      this.removals.add(removal)
      return removal
    })
  }

  /** The worker has carried the removal out, or it cannot be carried out any more. */
  finishRemoval(removal: Removal): void {
    this.removals.delete(removal)
    this.#later(removal.record, finishRemoval(this.session.id, removal))
  }

  /** A magnet's metadata is known; gives the record with it. */
  learn(infoHash: string, rawInfo: Uint8Array, facts: TorrentFacts): TorrentRecord | undefined {
    const source = this.torrents.get(infoHash)?.source
    const record = source && this.change(infoHash, { source: { ...source, rawInfo }, facts })
    if (record === undefined) return undefined
    const takenOver = takenOverBy(this.removals, record)
    takenOver.forEach(giveUp)
    this.#later(record, ...learnMetadata(this.session.id, { infoHash, rawInfo, facts }, takenOver))
    return record
  }

  /** A worker has proved and synced what this says. */
  checkpoint(infoHash: string, told: TorrentCheckpoint): void {
    this.counting.join(infoHash, told.counters)
    const before = this.torrents.get(infoHash)
    if (before === undefined) return
    const checkpoint = { ...told, counters: this.counting.read(before) }
    const record = this.change(infoHash, { resume: { checkpoint, clean: true } })
    if (record) this.#later(record, { type: 'checkpoint', sessionId: this.session.id, infoHash, checkpoint })
  }

  /** What the session's DHT node knows; without it the next one begins with the bootstrap nodes. */
  keepDhtTable(table: DhtTable): void {
    this.session = { ...this.session, dhtTable: table }
    this.#background?.write({ type: 'put_dht_table', sessionId: this.session.id, table })
  }

  /** A fault of the disk: only what was synced before it is believed, and proved again. */
  distrust(infoHash: string): void {
    const resume = this.torrents.get(infoHash)?.resume
    this.change(infoHash, { bits: undefined, resume: resume && { ...resume, clean: false } })
  }

  /** Its files are hashed anew: a checkpoint that was on its way meanwhile is not believed. */
  forget(infoHash: string): void {
    const record = this.change(infoHash, { bits: undefined, resume: undefined })
    if (record) this.#later(record, forgetPieces(this.session.id, record))
  }

  /** Tells the store whether the last checkpoints are those of an end in order. */
  async mark(clean: boolean): Promise<void> {
    this.counting.keep()
    await this.#background?.flush()
    await this.#journal?.write({ type: 'mark_clean', sessionId: this.session.id, clean })
  }

  /** Changes fields of a torrent's record in memory; nothing happens when it was removed meanwhile. */
  change(infoHash: string, fields: Partial<TorrentRecord>): TorrentRecord | undefined {
    const record = this.torrents.get(infoHash)
    if (record === undefined) return undefined
    const changed = { ...record, ...fields }
    this.torrents.set(infoHash, changed)
    if ('resume' in fields) this.counting.rewrite(infoHash) // a checkpoint in the store has counters that stand
    return changed
  }

  #keepCounters(counted: readonly CountedNow[]): void {
    if (this.#background) keepCounters(counted, this, this.#background)
  }

  async #write(record: TorrentRecord, ...operations: readonly StoreOperation[]): Promise<void> {
    if (!record.memoryOnly) await this.#journal?.write(...operations)
  }

  #later(record: TorrentRecord, ...operations: readonly StoreOperation[]): void {
    if (!record.memoryOnly) this.#background?.write(...operations)
  }
}
