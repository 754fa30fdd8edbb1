/**
 * What a session has done in total: what its torrents count, and beside that what those left which were removed.
 * That is written together with the removal, so that the total falls neither then nor over a restart.
 */
import type { TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import {
  addStatistics,
  leftBy,
  noStatistics,
  type KeptStatistics,
  type StatisticsSpan,
} from '../../protocol/session-statistics.ts'

type Done = KeptStatistics & { readonly added: number }

export class SessionStatistics {
  readonly #torrents: ReadonlyMap<string, TorrentRecord>
  readonly #isDurable: boolean
  #kept = noStatistics
  /** What the store has yet to be told. */
  #unwritten = noStatistics
  #before: Done = { ...noStatistics, added: 0 }
  #lastSeen: number | undefined

  /** Torrents that are memory only count in a durable session once they are removed: they do not come back. */
  constructor(torrents: ReadonlyMap<string, TorrentRecord>, isDurable: boolean) {
    this.#torrents = torrents
    this.#isDurable = isDurable
  }

  /** Takes what the store kept; the torrents are there by now. */
  restore(kept: KeptStatistics): void {
    this.#kept = kept
    this.begin()
  }

  /** What was done until now was not done since the start. */
  begin(): void {
    this.#before = this.#done()
  }

  /** A torrent is about to leave; `told` was written with its removal, and it may have counted since. */
  leave(infoHash: string, told: TorrentCounters | undefined): void {
    const counters = this.#torrents.get(infoHash)?.counters
    if (counters === undefined) return
    const left = leftBy(counters)
    this.#kept = addStatistics(this.#kept, left)
    this.#unwritten = addStatistics(this.#unwritten, told === undefined ? left : lessBy(left, leftBy(told)))
  }

  /** Sees whether the session runs from now on. */
  see(isRunning: boolean): void {
    this.#count()
    this.#lastSeen = isRunning ? monotonicMs() : undefined
  }

  /** How long the session has run in total: what the store is told of it is never more. */
  get runningMs(): number {
    this.#count()
    return this.#kept.runningMs
  }

  /** Takes what the store was not told yet; undefined for nothing. */
  takeUnwritten(): KeptStatistics | undefined {
    this.#count()
    const done = this.#unwritten
    if (Object.values(done).every((value) => value === 0)) return undefined
    this.#unwritten = noStatistics
    return done
  }

  /** The store could not be told of what was taken. */
  giveBack(done: KeptStatistics): void {
    this.#unwritten = addStatistics(this.#unwritten, done)
  }

  /** As callers see them. */
  view(): { since_start: StatisticsSpan; total: StatisticsSpan } {
    this.#count()
    const total = this.#done()
    const since = { ...lessBy(total, this.#before), added: total.added - this.#before.added }
    return { since_start: spanOf(since), total: spanOf(total) }
  }

  #count(): void {
    if (this.#lastSeen === undefined) return
    const now = monotonicMs()
    const passed = { ...noStatistics, runningMs: now - this.#lastSeen }
    this.#lastSeen = now
    this.#kept = addStatistics(this.#kept, passed)
    this.#unwritten = addStatistics(this.#unwritten, passed)
  }

  #done(): Done {
    let [here, finished, downloaded, uploaded] = [0, 0, 0, 0]
    for (const { counters, memoryOnly } of this.#torrents.values()) {
      if (memoryOnly && this.#isDurable) continue
      here += 1
      if (counters.finishedAt !== null) finished += 1
      downloaded += counters.downloaded
      uploaded += counters.uploaded
    }
    const of = { ...noStatistics, finished, downloaded, uploaded }
    return { ...addStatistics(this.#kept, of), added: this.#kept.removed + here }
  }
}

function lessBy(whole: KeptStatistics, part: KeptStatistics): KeptStatistics {
  return {
    removed: whole.removed - part.removed,
    finished: whole.finished - part.finished,
    downloaded: whole.downloaded - part.downloaded,
    uploaded: whole.uploaded - part.uploaded,
    runningMs: whole.runningMs - part.runningMs,
  }
}

function spanOf({ downloaded, uploaded, added, finished, removed, runningMs }: Done): StatisticsSpan {
  return {
    downloaded,
    uploaded,
    ratio: downloaded > 0 ? Math.round((uploaded / downloaded) * 10_000) / 10_000 : 0,
    torrents_added: added,
    torrents_finished: finished,
    torrents_removed: removed,
    running_time_ms: runningMs,
  }
}

/** Whole milliseconds, so that parts add up, on a clock that nobody sets. */
function monotonicMs(): number {
  return Math.floor(performance.now())
}
