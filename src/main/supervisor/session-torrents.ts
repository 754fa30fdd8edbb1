/** Brings the torrents of one session to what is recorded of them: those that may run, those that are removed. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import type { Removal } from '../records/removal.ts'
import type { SessionRecords } from '../records/session-records.ts'
import { SessionQueue } from './queue/session-queue.ts'
import { Removals } from './removals.ts'
import type { SessionSurroundings } from './session-surroundings.ts'

export interface TorrentHands {
  readonly records: SessionRecords
  readonly near: SessionSurroundings
  /** Whether there is a worker to be called; else the next one gets everything by `replay`. */
  readonly isRunning: () => boolean
  /** Calls the worker and shows the session as it is. */
  readonly send: (what: string, run: (api: SessionApi) => Promise<void>) => void
}

export class SessionTorrents {
  /** Which of them run. */
  readonly queue: SessionQueue
  readonly #hands: TorrentHands
  readonly #removals: Removals
  /** Those whose files are being moved, and what the worker is to do when they are. */
  readonly #held = new Map<string, 'apply' | 'recheck'>()

  constructor(hands: TorrentHands) {
    const { records, near, isRunning, send } = hands
    const { board, files, boot, relocation } = near
    this.#hands = hands
    this.#removals = new Removals({ records, files, relocation, retryMs: boot.healMs, send })
    for (const record of records.torrents.values()) board.expect(record)
    this.queue = new SessionQueue({
      records,
      board,
      apply: (record) => isRunning() && this.#send(record),
    })
    this.queue.decide()
  }

  /** Brings a torrent to its record in the worker, now or when there is one again; never one in quarantine. */
  apply(record: TorrentRecord): void {
    if (record.quarantine !== undefined) return this.#hands.near.onChange()
    const admitted = this.queue.admit(record)
    if (admitted !== undefined) this.#send(admitted)
  }

  /** Has the worker hash all files of a torrent anew, now or when it is released. */
  recheck(record: TorrentRecord): void {
    const { infoHash, quarantine } = record
    if (this.#held.has(infoHash)) this.#held.set(infoHash, 'recheck')
    else if (quarantine === undefined)
      this.#hands.send('recheck', async (api) => await api.recheckTorrent(record))
  }

  /** Keeps everything but its removal from every worker until `release`: its files are being moved. */
  hold(infoHash: string): void {
    if (!this.#held.has(infoHash)) this.#held.set(infoHash, 'apply')
  }

  /** Has the worker go on with the torrent as it is now, if it is there. */
  release(infoHash: string): void {
    const isToCheck = this.#held.get(infoHash) === 'recheck'
    this.#held.delete(infoHash)
    const record = this.#hands.records.torrents.get(infoHash)
    if (record === undefined) return
    if (isToCheck) this.recheck({ ...record, bits: undefined, resume: undefined })
    else this.apply(record)
  }

  /** Has the worker carry out a removal, now or when there is one again. */
  remove(removal: Removal): void {
    const { near, records } = this.#hands
    const { infoHash } = removal.record
    near.files.leave({ sessionId: records.session.id, infoHash }, removal.id, removal.deleteData)
    near.board.forget(infoHash)
    this.queue.look()
    this.#removals.carryOut(removal)
  }

  /** Tells a new worker of all, in the order that `inOrder` gives them. */
  replay(inOrder: (records: Iterable<TorrentRecord>) => Iterable<TorrentRecord>): void {
    this.#removals.replay()
    this.queue.decide()
    for (const record of inOrder(this.#hands.records.torrents.values()))
      if (record.quarantine === undefined) this.#send(record)
  }

  /** The worker ended. */
  rest(): void {
    this.#removals.rest()
  }

  #send(record: TorrentRecord): void {
    if (this.#held.has(record.infoHash)) return
    this.#hands.send('apply torrent', async (api) => await api.applyTorrent(record))
  }
}
