/**
 * Counts how long torrents run, by what is told of their states: between two looks a torrent was in the
 * state of the first. Kept in main, so that the end of a worker loses nothing of it.
 */
import type { TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentState } from '../../protocol/torrent.ts'

type States = ReadonlySet<TorrentState | undefined>
const seeding: States = new Set(['finished', 'seeding'] as const)
const active: States = new Set(['downloading_metadata', 'downloading', ...seeding])

export class RunningClock {
  readonly #seen = new Map<string, { readonly state: TorrentState; readonly at: number }>()
  #ran = new Set<string>()

  /** The counters with the time that has passed since the last look. */
  read(infoHash: string, counters: TorrentCounters): TorrentCounters {
    const seen = this.#seen.get(infoHash)
    if (seen === undefined) return counters
    const passed = monotonicMs() - seen.at
    return {
      ...counters,
      activeTimeMs: counters.activeTimeMs + (active.has(seen.state) ? passed : 0),
      seedingTimeMs: counters.seedingTimeMs + (seeding.has(seen.state) ? passed : 0),
    }
  }

  /** Sees the torrent in this state from now on; what has passed is to be read before. Gives whether it has stopped running. */
  see(infoHash: string, state: TorrentState): boolean {
    const isActive = active.has(state)
    const hasStopped = !isActive && active.has(this.#seen.get(infoHash)?.state)
    this.#seen.set(infoHash, { state, at: monotonicMs() })
    if (isActive) this.#ran.add(infoHash)
    if (hasStopped) this.#ran.delete(infoHash)
    return hasStopped
  }

  /** Sees nothing of the torrent any more. */
  leave(infoHash: string): void {
    this.#seen.delete(infoHash)
  }

  /** Torrents that run, and those that had to stop with their worker since this was asked the last time. */
  takeRun(): string[] {
    const ran = [...this.#ran]
    this.#ran = new Set(ran.filter((infoHash) => active.has(this.#seen.get(infoHash)?.state)))
    return ran
  }
}

/** Whole milliseconds, so that parts add up, on a clock that nobody sets. */
function monotonicMs(): number {
  return Math.floor(performance.now())
}
