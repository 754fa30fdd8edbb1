/**
 * What every session and torrent transfers, minute by minute: counted from what the board hears, handed to the
 * store every few minutes and at the end. Of a process that is killed the last minutes are lost.
 */
import type {
  HistoryAmount,
  HistoryName,
  HistoryQuery,
  HistoryRow,
  StoredHistory,
} from '../../protocol/history.ts'
import { historySteps } from '../../protocol/history.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import type { Board } from '../board/board.ts'
import { BackgroundWrites, type Journal } from '../records/journal.ts'
import type { Log } from '../log.ts'

const minuteMs = historySteps.minute.ms
const minutesInMemory = 5
/** Rows of one write, which other writes may have to wait for. */
const rowsAtOnce = 500

export interface HistoryOptions {
  readonly board: Board
  readonly journal: Journal
  readonly load: (query: HistoryQuery) => Promise<StoredHistory>
  readonly log: Pick<Log, 'error'>
}

type Amounts = Map<string, { downloaded: number; uploaded: number }>

export class History {
  readonly #options: HistoryOptions
  readonly #background: BackgroundWrites
  /** Of the minute that runs, by session and then by info hash. */
  readonly #now = new Map<string, Amounts>()
  /** Minutes that have ended and are not written yet. */
  #ended: HistoryRow[] = []
  #minute = minuteOf(Date.now())
  #timer: NodeJS.Timeout

  constructor(options: HistoryOptions) {
    const { board, journal, log } = options
    this.#options = options
    this.#background = new BackgroundWrites(journal, (error) => {
      log.error({ err: error }, 'history could not be written')
    })
    board.watch({
      torrent: (sessionId, infoHash, before, after) => {
        if (after === undefined) this.#forget({ sessionId, infoHash })
        else if (before !== undefined) this.#count(sessionId, infoHash, before, after)
      },
      closed: (sessionId) => this.#forget({ sessionId, infoHash: '' }),
    })
    this.#timer = this.#nextMinute()
  }

  /** The buckets of a query, those that are not written yet among them. Rejects with `disk_unresponsive`. */
  async find(query: HistoryQuery): Promise<StoredHistory> {
    const { sessionId, infoHash, stepMs, from, to } = query
    const own = [...this.#ended, ...this.#open()].filter((row) => row.sessionId === sessionId)
    const inMemory = own
      .map((row) => ({ ...row, at: row.at - (row.at % stepMs) }))
      .filter(({ at }) => at >= from && at < to)
    const stored = await this.#options.load(query)
    const buckets = new Map(stored.buckets.map((bucket) => [bucket.at, bucket]))
    for (const { at, downloaded, uploaded } of inMemory.filter((row) => row.infoHash === infoHash)) {
      const before = buckets.get(at) ?? { downloaded: 0, uploaded: 0 }
      buckets.set(at, {
        at,
        downloaded: before.downloaded + downloaded,
        uploaded: before.uploaded + uploaded,
      })
    }
    const measured = new Set([...stored.measured, ...inMemory.filter((row) => row.infoHash === '').map(({ at }) => at)]) // prettier-ignore
    return { buckets: [...buckets.values()], measured: [...measured] }
  }

  /** Writes what was counted so far; settles when that is durable or has failed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#endMinute()
    this.#write()
    await this.#background.flush()
  }

  #count(sessionId: string, infoHash: string, before: TorrentRow, after: TorrentRow): void {
    const downloaded = Math.max(0, after.downloaded - before.downloaded)
    const uploaded = Math.max(0, after.uploaded - before.uploaded)
    if (downloaded === 0 && uploaded === 0) return
    const amounts = this.#now.get(sessionId) ?? new Map<string, { downloaded: number; uploaded: number }>()
    this.#now.set(sessionId, amounts)
    for (const name of [infoHash, '']) {
      const amount = amounts.get(name) ?? { downloaded: 0, uploaded: 0 }
      amount.downloaded += downloaded
      amount.uploaded += uploaded
      amounts.set(name, amount)
    }
  }

  #nextMinute(): NodeJS.Timeout {
    const end = this.#minute + minuteMs
    return setTimeout(() => {
      this.#endMinute()
      if (this.#minute % (minutesInMemory * minuteMs) === 0) this.#write()
      this.#timer = this.#nextMinute()
    }, end - Date.now()).unref()
  }

  #endMinute(): void {
    this.#ended.push(...this.#open())
    this.#now.clear()
    this.#minute = minuteOf(Date.now())
  }

  /** The minute that runs: a session that runs is measured, also where it did nothing. */
  *#open(): Generator<HistoryRow> {
    for (const { id, state, memory_only: isVolatile } of this.#options.board.sessions.rows()) {
      const amounts: ReadonlyMap<string, HistoryAmount> =
        this.#now.get(id) ?? new Map<string, HistoryAmount>()
      const of = { sessionId: id, at: this.#minute, isVolatile }
      for (const [infoHash, amount] of amounts) yield { ...of, infoHash, ...amount }
      if (!amounts.has('') && state === 'running') yield { ...of, infoHash: '', downloaded: 0, uploaded: 0 }
    }
  }

  #write(): void {
    const rows = this.#ended
    this.#ended = []
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      const operation: StoreOperation = { type: 'put_history', rows: rows.slice(from, from + rowsAtOnce) }
      this.#background.write(operation)
    }
  }

  /** What a torrent did stays in the history of its session. */
  #forget({ sessionId, infoHash }: HistoryName): void {
    if (infoHash === '') this.#now.delete(sessionId)
    else this.#now.get(sessionId)?.delete(infoHash)
    const isOf = (row: HistoryRow): boolean =>
      row.sessionId === sessionId && (infoHash === '' || row.infoHash === infoHash)
    this.#ended = this.#ended.filter((row) => !isOf(row))
    this.#background.write({ type: 'forget_history', sessionId, infoHash })
  }
}

function minuteOf(time: number): number {
  return time - (time % minuteMs)
}
