/**
 * The counters of a session's torrents: what its workers tell is joined, so that nothing falls when a new one
 * begins with less, and the times that torrents run are counted here. Of a torrent for which nothing but time
 * passes nothing is written: the store knows since when, and adds what its session has run since.
 */
import { joinCounters, type TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { RunningClock, type Running } from './running-clock.ts'

/** A torrent's record without what its counters need not know. */
type Counted = Pick<TorrentRecord, 'infoHash' | 'counters'>

/** What is to be written of a torrent: its counters as they are now, and which of its times go on. */
export interface CountedNow {
  readonly record: TorrentRecord
  readonly running: Running
}

/** The records that are counted. */
export interface CountedRecords {
  readonly torrents: ReadonlyMap<string, TorrentRecord>
  /** Puts counters into a record. */
  set(infoHash: string, counters: TorrentCounters): void
  /** Makes the counters of these records durable, in the background. */
  keep(counted: readonly CountedNow[]): void
}

export class TorrentCounting {
  readonly #records: CountedRecords
  readonly #clock = new RunningClock()
  /** Torrents of which the store has yet to be told more than that time passes. */
  #unwritten = new Set<string>()

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
    if (record === undefined) return
    this.#records.set(infoHash, joinCounters(record.counters, told))
    this.#unwritten.add(infoHash)
  }

  /** A worker reported; the time since the report before belongs to the state that was told then. */
  observe(rows: readonly TorrentRow[]): void {
    const stopped = rows.filter((row) => this.#hasStopped(row))
    if (stopped.length > 0) this.keep(stopped.map(({ info_hash }) => info_hash))
  }

  /** What the store has of the torrent may be less than is known here, or not go on. */
  rewrite(infoHash: string): void {
    this.#unwritten.add(infoHash)
  }

  /** The torrent is removed. */
  leave(infoHash: string): void {
    this.#clock.leave(infoHash)
    this.#unwritten.delete(infoHash)
  }

  /** The worker ended: nothing runs until the next one tells, and the store is told so at once. */
  rest(): void {
    for (const record of this.#records.torrents.values()) {
      const counters = this.read(record)
      if (this.#clock.running(record.infoHash).isActive) this.#unwritten.add(record.infoHash)
      this.#clock.leave(record.infoHash)
      this.#records.set(record.infoHash, counters)
    }
    this.keep()
  }

  /** Makes durable what was counted of these torrents, or of all that are to be written. */
  keep(infoHashes: Iterable<string> = this.#unwritten): void {
    const counted: CountedNow[] = []
    for (const infoHash of infoHashes) {
      this.#unwritten.delete(infoHash)
      const record = this.#records.torrents.get(infoHash)
      if (record === undefined) continue
      const running = this.#clock.running(infoHash)
      counted.push({ record: { ...record, counters: this.read(record) }, running })
    }
    this.#records.keep(counted)
  }

  #hasStopped({ info_hash, state, downloaded, uploaded, finished_at: finishedAt }: TorrentRow): boolean {
    const record = this.#records.torrents.get(info_hash)
    if (record === undefined) return false
    const [counters, before] = [this.read(record), this.#clock.running(info_hash)]
    this.#clock.see(info_hash, state)
    const after = this.#clock.running(info_hash)
    const joined = joinCounters(counters, { ...counters, downloaded, uploaded, finishedAt })
    this.#records.set(info_hash, joined)
    const isOther = before.isActive !== after.isActive || before.isSeeding !== after.isSeeding
    if (isOther || hasMore(joined, counters)) this.#unwritten.add(info_hash)
    return before.isActive && !after.isActive
  }
}

/** Whether more than time was counted. */
function hasMore(now: TorrentCounters, before: TorrentCounters): boolean {
  return (
    now.downloaded !== before.downloaded ||
    now.uploaded !== before.uploaded ||
    now.finishedAt !== before.finishedAt
  )
}
