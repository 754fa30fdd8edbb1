/** What one session last reported: its torrents' rows, its totals, and when. */
import {
  givenFields,
  restingState,
  rowOfRecord,
  withoutPeers,
  type TorrentRecord,
} from '../../protocol/records.ts'
import { noTotals, type SessionTotals, type SnapshotDelta } from '../../protocol/session-rpc.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { RowList, type RowListener } from './row-list.ts'

/** The rows of one session. Which rows exist is said by its records; workers only change them. */
export class SessionBoard {
  readonly torrents: RowList<TorrentRow>
  /** Whether the session was stopped: so are all torrents in it then. */
  isStopped = false
  #reportedAt = Date.now()
  #totals: SessionTotals = noTotals
  #quietReports = 0

  constructor(onRow?: RowListener<TorrentRow>) {
    this.torrents = new RowList('torrents', onRow)
  }

  get totals(): SessionTotals {
    return this.#totals
  }

  /** Age of what the board shows, in milliseconds. */
  ageMs(now: number): number {
    return Math.max(0, now - this.#reportedAt)
  }

  /** Shows a torrent as recorded, until a worker reports it; gives the row. */
  expect(record: TorrentRecord): TorrentRow {
    const queue_position = this.torrents.get(record.infoHash)?.queue_position ?? this.torrents.size
    const row = { ...rowOfRecord(record), queue_position, state: this.#restingState(record) }
    this.torrents.put(record.infoHash, row)
    return row
  }

  /** Shows what callers call the torrent and where it lies, also where no worker is there to report it. */
  rename(record: TorrentRecord): void {
    const row = this.torrents.get(record.infoHash)
    const { savePath: save_path } = record
    if (row) this.torrents.put(record.infoHash, { ...row, ...givenFields(record), save_path })
  }

  forget(infoHash: string): void {
    this.torrents.delete(infoHash)
  }

  /**
   * Takes a worker's report. Rows of torrents that no record knows any more are late news and dropped. Gives
   * whether a state is another than it was.
   */
  take(delta: SnapshotDelta): boolean {
    this.#reportedAt = Date.now()
    this.#totals = delta.totals
    let isOther = false
    for (const row of delta.rows) {
      const before = this.torrents.get(row.info_hash)
      if (before === undefined) continue
      isOther ||= before.state !== row.state
      const { queue_position, save_path } = before // main's own, which a row of a moment ago does not know
      this.torrents.put(row.info_hash, { ...row, queue_position, save_path })
    }
    return isOther
  }

  /** Takes how many reports told nothing new so far: one more, and what is shown was so a moment ago. */
  confirm(quietReports: number): void {
    if (quietReports !== this.#quietReports) this.#reportedAt = Date.now()
    this.#quietReports = quietReports
  }

  /** Shows each torrent at its place in this order of the queue. */
  place(order: Iterable<string>): void {
    let queue_position = 0
    for (const infoHash of order) {
      const row = this.torrents.get(infoHash)
      if (row !== undefined && row.queue_position !== queue_position)
        this.torrents.put(infoHash, { ...row, queue_position })
      queue_position += 1
    }
  }

  /** The worker ended: rates and peers are gone, what runs waits for the next generation. */
  rest(records: Iterable<TorrentRecord>): void {
    this.#reportedAt = Date.now()
    this.#totals = noTotals
    this.still(records)
  }

  /** Shows torrents that have no peers any more, or not yet. */
  still(records: Iterable<TorrentRecord>): void {
    for (const record of records) {
      const row = this.torrents.get(record.infoHash)
      if (row === undefined) continue
      const isFaulty = row.state === 'error' && record.quarantine === undefined
      const state = isFaulty ? row.state : this.#restingState(record)
      const error =
        record.quarantine === undefined
          ? {}
          : { error: { code: 'internal' as const, message: record.quarantine } }
      this.torrents.put(record.infoHash, { ...row, ...withoutPeers, ...error, state })
    }
  }

  #restingState(record: TorrentRecord): TorrentRow['state'] {
    return restingState(this.isStopped ? { ...record, started: false } : record)
  }
}
