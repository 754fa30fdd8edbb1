/**
 * Counts how long torrents run, by what is told of their states: between two looks a torrent was in the
 * state of the first. Kept in main, so that the end of a worker loses nothing of it.
 */
import type { TorrentCounters } from '../../protocol/counters.ts'
import type { TorrentState } from '../../protocol/torrent.ts'

type States = ReadonlySet<TorrentState | undefined>
const seeding: States = new Set(['finished', 'seeding'] as const)
const active: States = new Set(['downloading_metadata', 'downloading', ...seeding])

/** Which of its times pass for a torrent. */
export interface Running {
  readonly isActive: boolean
  readonly isSeeding: boolean
}

export class RunningClock {
  readonly #seen = new Map<string, { readonly state: TorrentState; readonly at: number }>()

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

  /** What passes for the torrent since the last look. */
  running(infoHash: string): Running {
    return runningIn(this.#seen.get(infoHash)?.state)
  }

  /** Sees the torrent in this state from now on; what has passed is to be read before. */
  see(infoHash: string, state: TorrentState): void {
    this.#seen.set(infoHash, { state, at: monotonicMs() })
  }

  /** Sees nothing of the torrent any more. */
  leave(infoHash: string): void {
    this.#seen.delete(infoHash)
  }
}

function runningIn(state: TorrentState | undefined): Running {
  return { isActive: active.has(state), isSeeding: seeding.has(state) }
}

/** Whole milliseconds, so that parts add up, on a clock that nobody sets. */
function monotonicMs(): number {
  return Math.floor(performance.now())
}
