/**
 * Tells main what changed: rows of torrents that were marked or are active, at an interval, and soon after
 * a change of state. A report without changes is no message: it is counted, which says how fresh the rows are.
 */
import type { HostShare } from '../../protocol/host-share.ts'
import type { SessionTotals, SnapshotDelta } from '../../protocol/session-rpc.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'
import { inStep } from './in-step.ts'

/** A torrent as the reporter sees it. */
export interface Reported {
  /** True while rates and peers, or the progress of a step, may change without being marked; that it begins is marked. */
  readonly isActive: boolean
  row(now: number): TorrentRow
}

/** Changes of state are told together that happen within this time. */
const soonMs = 20

export class Reporter<One extends Reported> {
  readonly #post: (delta: SnapshotDelta) => void
  readonly #share: Pick<HostShare, 'add'>
  readonly #isHere: (torrent: One) => boolean
  readonly #marked = new Set<One>()
  /** Those that were active at the last report: the others, of which there may be many, are not looked at. */
  readonly #active = new Set<One>()
  readonly #lastRows = new WeakMap<One, string>()
  #stop: (() => void) | undefined
  #soon: NodeJS.Timeout | undefined
  #lastTotals: SessionTotals | undefined

  /** Nothing is told of torrents that are not here any more. */
  constructor(
    isHere: (torrent: One) => boolean,
    post: (delta: SnapshotDelta) => void,
    share: Pick<HostShare, 'add'>,
  ) {
    this.#isHere = isHere
    this.#post = post
    this.#share = share
  }

  /** The torrents that are active, as of the last report. */
  get active(): ReadonlySet<One> {
    return this.#active
  }

  /** Reports every `intervalMs` from now on. */
  start(intervalMs: number): void {
    this.#stop?.()
    this.#stop = inStep(() => this.report(), intervalMs)
    this.report()
  }

  stop(): void {
    this.#stop?.()
    clearTimeout(this.#soon)
  }

  /** The torrent changed in a way that callers should see at once. */
  mark(torrent: One): void {
    this.#marked.add(torrent)
    this.#soon ??= setTimeout(() => this.report(), soonMs)
  }

  report(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    const now = Date.now()
    const rows: TorrentRow[] = []
    const totals = { download_rate: 0, upload_rate: 0, num_peers: 0 }
    for (const torrent of new Set([...this.#active, ...this.#marked])) {
      const isMarked = this.#marked.has(torrent)
      this.#active.delete(torrent)
      if (!this.#isHere(torrent) || (!torrent.isActive && !isMarked)) continue
      const row = torrent.row(now)
      addTo(totals, row)
      // a marked row is told also where it is the last one again: main may show another one meanwhile
      if (this.#isNew(torrent, row) || isMarked) rows.push(row)
      if (torrent.isActive) this.#active.add(torrent)
      else this.#lastRows.delete(torrent) // nothing is told of it until it is marked
    }
    this.#marked.clear()
    const isQuiet = rows.length === 0 && this.#lastTotals !== undefined && isSame(totals, this.#lastTotals)
    this.#lastTotals = totals
    if (isQuiet) this.#share.add('quietReports', 1)
    else this.#post({ type: 'snapshot', at: now, rows, totals })
  }

  #isNew(torrent: One, row: TorrentRow): boolean {
    const text = JSON.stringify(row)
    if (this.#lastRows.get(torrent) === text) return false
    this.#lastRows.set(torrent, text)
    return true
  }
}

function addTo(totals: { -readonly [K in keyof SessionTotals]: SessionTotals[K] }, row: TorrentRow): void {
  totals.download_rate += row.download_rate
  totals.upload_rate += row.upload_rate
  totals.num_peers += row.num_peers
}

function isSame(one: SessionTotals, other: SessionTotals): boolean {
  return (
    one.download_rate === other.download_rate &&
    one.upload_rate === other.upload_rate &&
    one.num_peers === other.num_peers
  )
}
