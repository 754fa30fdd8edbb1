/**
 * The counters of a session's torrents: what its workers tell is joined, so that nothing falls when a new one
 * begins with less, and the times that torrents run are counted here.
 */
import { joinCounters, type TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { RunningClock } from './running-clock.ts'

/** A torrent's record without what its counters need not know. */
type Counted = Pick<TorrentRecord, 'infoHash' | 'counters'>

/** The records that are counted. */
export interface CountedRecords {
  readonly torrents: ReadonlyMap<string, TorrentRecord>
  /** Puts counters into a record. */
  set(infoHash: string, counters: TorrentCounters): void
  /** Makes the counters of these records durable, in the background. */
  keep(records: readonly TorrentRecord[]): void
}

export class TorrentCounting {
  readonly #records: CountedRecords
  readonly #clock = new RunningClock()

  constructor(records: CountedRecords) {
    this.#records = records
  }

  /** What is counted up to this moment. */
  read({ infoHash, counters }: Counted): TorrentCounters {
    return this.#clock.read(infoHash, counters)
  }

  /** A worker counted. */
  join(infoHash: string, told: TorrentCounters): void {
    const record = this.#records.torrents.get(infoHash)
    if (record) this.#records.set(infoHash, joinCounters(record.counters, told))
  }

  /** A worker reported; the time since the report before belongs to the state that was told then. */
  observe(rows: readonly TorrentRow[]): void {
    const stopped = rows.filter((row) => this.#hasStopped(row))
    if (stopped.length > 0) this.keep(stopped.map(({ info_hash }) => info_hash))
  }

  /** The torrent is removed. */
  leave(infoHash: string): void {
    this.#clock.leave(infoHash)
  }

  /** The worker ended: nothing runs until the next one tells. */
  rest(): void {
    for (const record of this.#records.torrents.values()) {
      const counters = this.read(record)
      this.#clock.leave(record.infoHash)
      this.#records.set(record.infoHash, counters)
    }
  }

  /** Makes durable what was counted of these torrents, or of all that have run since the last time. */
  keep(infoHashes: readonly string[] = this.#clock.takeRun()): void {
    const records = infoHashes.flatMap((infoHash) => this.#records.torrents.get(infoHash) ?? [])
    this.#records.keep(records.map((record) => ({ ...record, counters: this.read(record) })))
  }

  #hasStopped({ info_hash, state, downloaded, uploaded, finished_at: finishedAt }: TorrentRow): boolean {
    const record = this.#records.torrents.get(info_hash)
    if (record === undefined) return false
    const counters = this.read(record)
    const hasStopped = this.#clock.see(info_hash, state)
    this.#records.set(info_hash, joinCounters(counters, { ...counters, downloaded, uploaded, finishedAt }))
    return hasStopped
  }
}
