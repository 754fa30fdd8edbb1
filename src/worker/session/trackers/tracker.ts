import type { TrackerState, TrackerView } from '../../../protocol/tracker.ts'
import type { AnnounceAnswer, AnnounceEvent, SwarmCounts } from './announce.ts'
import { minIntervalMs, retryMs } from './intervals.ts'
import type { TrackerUrl } from './tracker-url.ts'

const scrapePauseMs = 60 * 60_000

/** What one torrent knows of one of its trackers. */
export class Tracker {
  readonly url: TrackerUrl
  tier: number
  /** The tracker accepted `started` and was not told `stopped` since. */
  isStarted = false
  /** Whether an announce waits for its turn or for its answer. */
  phase: 'resting' | 'queued' | 'announcing' = 'resting'
  /** The earliest instant of the next announce; 0 for a tracker that was not tried yet. */
  dueAt = 0
  minIntervalMs = minIntervalMs(undefined)
  trackerId: string | undefined
  lastAnnounceAt: number | undefined
  #failures = 0
  #message = ''
  #counts: SwarmCounts = { seeds: undefined, peers: undefined, downloads: undefined }
  #scrapeAt = 0

  constructor(url: TrackerUrl, tier: number) {
    this.url = url
    this.tier = tier
  }

  /** Whether it can be announced to at all. */
  get isUsable(): boolean {
    return this.url.kind !== 'unsupported'
  }

  /** Whether it accepted or failed any announce. */
  get wasAsked(): boolean {
    return this.lastAnnounceAt !== undefined
  }

  /** Whether it accepted the last announce. */
  get isWorking(): boolean {
    return this.isUsable && !this.isFailed && this.wasAsked
  }

  /** Whether it failed the last announce. */
  get isFailed(): boolean {
    return this.#failures > 0
  }

  /** Notes an announce that was accepted. */
  accepted(answer: AnnounceAnswer, event: AnnounceEvent | undefined, now: number): void {
    if (event === 'started') this.isStarted = true
    this.lastAnnounceAt = now
    this.minIntervalMs = answer.minIntervalMs
    this.dueAt = now + Math.max(answer.intervalMs, answer.minIntervalMs)
    // A tracker gives its id once and expects it ever after (BEP 3).
    this.trackerId = answer.trackerId ?? this.trackerId
    this.#failures = 0
    this.#message = answer.warning ?? ''
    this.counted(answer)
  }

  /** Notes an announce that failed; each failure in a row doubles the wait. */
  failed(message: string, now: number, random: () => number): void {
    this.#failures += 1
    this.#message = message
    this.lastAnnounceAt = now
    this.dueAt = now + retryMs(this.#failures, random)
  }

  /** Takes the counts that an answer has. */
  counted(counts: SwarmCounts): void {
    this.#counts = {
      seeds: counts.seeds ?? this.#counts.seeds,
      peers: counts.peers ?? this.#counts.peers,
      downloads: counts.downloads ?? this.#counts.downloads,
    }
  }

  /** Whether a scrape would tell what announces did not, at most once an hour; asking takes the turn. */
  takeScrapeTurn(answer: SwarmCounts, now: number): boolean {
    const isFull = answer.seeds !== undefined && answer.peers !== undefined && answer.downloads !== undefined
    if (isFull || now < this.#scrapeAt) return false
    this.#scrapeAt = now + scrapePauseMs
    return true
  }

  /** What is shown of it; `nextAt` is when the torrent will next announce to it. */
  status(nextAt: number | undefined): TrackerView {
    return {
      url: this.url.text,
      tier: this.tier,
      state: this.#state(),
      last_announce_at: this.lastAnnounceAt ?? null,
      next_announce_at: nextAt ?? null,
      seeds: this.#counts.seeds ?? null,
      peers: this.#counts.peers ?? null,
      downloads: this.#counts.downloads ?? null,
      message: this.url.reason ?? this.#message,
    }
  }

  #state(): TrackerState {
    if (!this.isUsable) return 'disabled'
    if (this.phase === 'announcing') return 'announcing'
    if (this.isFailed) return 'failed'
    return this.isWorking ? 'working' : 'idle'
  }
}
