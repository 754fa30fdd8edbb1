/**
 * The queue of one session: decides which of its started torrents run, when something has changed, and shows
 * the position of each. What it decides is not kept: it follows from the records and what is observed.
 */
import type { QueuePlace } from '../../../protocol/queue.ts'
import type { TorrentRecord } from '../../../protocol/records.ts'
import type { TorrentRow, TorrentState } from '../../../protocol/torrent.ts'
import { Turns } from '../../../protocol/turns.ts'
import type { SessionBoard } from '../../board/session-board.ts'
import { inQueueOrder, moved, rankOf, ranksFor } from '../../records/queue-order.ts'
import type { SessionRecords } from '../../records/session-records.ts'
import { whoRuns, type QueueMember } from './who-runs.ts'

/** Changes within this time, at least, are decided on together; the first of them at once. */
const togetherMs = 100
/** With many torrents a decision takes a while: so many times as long there is none. */
const restFactor = 20
/** How long a torrent must be without a fault before it takes a place again. */
const wellMs = 60_000

/** States in which the progress is that of a step, or not known yet. */
const steps: ReadonlySet<TorrentState> = new Set([
  'checking_resume_data',
  'queued_for_checking',
  'checking_files',
  'allocating',
] as const)

export interface QueueSurroundings {
  readonly records: SessionRecords
  readonly board: SessionBoard
  /** Has the worker bring the torrent to its record. */
  readonly apply: (record: TorrentRecord) => unknown
}

export class SessionQueue {
  readonly #near: QueueSurroundings
  readonly #moves = new Turns()
  readonly #seeds = new Set<string>()
  /** Torrents that had a fault, and since when they are without. */
  readonly #faults = new Map<string, number | undefined>()
  /** The rank of the last one that has its place. */
  #lastRank = -Infinity
  #pause: NodeJS.Timeout | undefined
  #isAwaited = false
  #well: NodeJS.Timeout | undefined

  constructor(near: QueueSurroundings) {
    this.#near = near
  }

  /** Something may have changed: decides at once, or a moment after the decision before. */
  look(): void {
    if (this.#pause !== undefined) {
      this.#isAwaited = true
      return
    }
    this.#isAwaited = false
    const from = performance.now()
    this.decide()
    const pauseMs = Math.max(togetherMs, restFactor * (performance.now() - from))
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (this.#isAwaited) this.look()
    }, pauseMs).unref()
  }

  /** What was observed of torrents is otherwise; nothing follows where any number may run. */
  observed(): void {
    if (this.#isLimited) this.look()
  }

  /** Gives the torrent's record as it is to be applied: one that is not decided on yet waits for that. */
  admit({ infoHash }: TorrentRecord): TorrentRecord | undefined {
    const record = this.#near.records.torrents.get(infoHash)
    if (record && this.#joinsLast(record)) return record
    this.look()
    return this.#waiting(this.#near.records.torrents.get(infoHash))
  }

  #waiting(record: TorrentRecord | undefined): TorrentRecord | undefined {
    const waits = this.#isLimited && record?.started === true && record.queued === undefined
    if (!waits || record.options.forced) return record
    const waiting = this.#near.records.change(record.infoHash, { queued: true })
    if (waiting) this.#near.board.still([waiting])
    return waiting
  }

  /** Moves torrents; those that are not there are left out. Rejects with a disk code. */
  async move(infoHashes: Iterable<string>, to: QueuePlace): Promise<void> {
    const { records } = this.#near
    await this.#moves.take('move', async () => {
      const ranked = inQueueOrder(records.torrents.values())
      const ranks = new Map(ranked.map((record) => [record.infoHash, rankOf(record)]))
      const picked = new Set(infoHashes)
      const order = moved([...ranks.keys()], picked, to)
      await records.rank(ranksFor(order, picked, (infoHash) => ranks.get(infoHash) ?? 0))
    })
    this.decide()
  }

  /** Decides now; who is to run or to wait from now on is told to the worker. */
  decide(): void {
    const { records, board, apply } = this.#near
    const order = inQueueOrder(records.torrents.values())
    board.place(order.map(({ infoHash }) => infoHash))
    const last = order.at(-1)
    this.#lastRank = last ? rankOf(last) : -Infinity
    const started = order.filter((record) => record.started && record.quarantine === undefined)
    const running = whoRuns(
      started.map((record) => this.#memberOf(record)),
      records.session.settings,
    )
    for (const { infoHash, queued: before } of started) {
      const queued = !running.has(infoHash)
      if (queued === before) continue
      const record = records.change(infoHash, { queued })
      if (record === undefined || (before === undefined && !queued)) continue // it runs, as it would have
      board.still([record])
      apply(record)
    }
    this.#forget()
  }

  /** Decides nothing any more. */
  close(): void {
    clearTimeout(this.#pause)
    clearTimeout(this.#well)
  }

  /** Where any number may run, nothing follows for the others from one that was just shown behind all of them. */
  #joinsLast(record: TorrentRecord): boolean {
    const { torrents } = this.#near.board
    const isShownLast = torrents.get(record.infoHash)?.queue_position === torrents.size - 1
    const rank = rankOf(record)
    if (this.#isLimited || !isShownLast || rank <= this.#lastRank) return false
    this.#lastRank = rank
    return true
  }

  get #isLimited(): boolean {
    const { max_active_downloads, max_active_seeds } = this.#near.records.session.settings
    return max_active_downloads > 0 || max_active_seeds > 0
  }

  #memberOf({ infoHash, options }: TorrentRecord): QueueMember {
    const row = this.#near.board.torrents.get(infoHash)
    if (row && isSeed(row, this.#seeds.has(infoHash))) this.#seeds.add(infoHash)
    else this.#seeds.delete(infoHash)
    const isFaulty = this.#isFaulty(infoHash, row?.state)
    return { infoHash, isSeed: this.#seeds.has(infoHash), isForced: options.forced, isFaulty }
  }

  /** One that is tried again stands for a moment as if nothing were: it is not believed at once. */
  #isFaulty(infoHash: string, state: TorrentState | undefined): boolean {
    if (state === 'error') this.#faults.set(infoHash, undefined)
    if (state === 'error' || !this.#faults.has(infoHash)) return state === 'error'
    const since = this.#faults.get(infoHash) ?? performance.now()
    this.#faults.set(infoHash, since)
    this.#well ??= setTimeout(() => {
      this.#well = undefined
      this.look()
    }, wellMs).unref()
    if (performance.now() - since < wellMs) return true
    this.#faults.delete(infoHash)
    return false
  }

  #forget(): void {
    const { torrents } = this.#near.records
    for (const infoHash of this.#seeds) if (!torrents.has(infoHash)) this.#seeds.delete(infoHash)
    for (const infoHash of this.#faults.keys()) if (!torrents.has(infoHash)) this.#faults.delete(infoHash)
  }
}

/** Whether it wants nothing; in a step, whether it did before. */
function isSeed(row: TorrentRow, was: boolean): boolean {
  if (steps.has(row.state)) return was || row.finished_at !== null
  return row.total_size > 0 && row.progress === 1
}
