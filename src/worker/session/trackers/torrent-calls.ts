import type { AnnounceAnswer, AnnounceEvent } from './announce.ts'
import { unknownLeft, type AnnounceStats, type AnnounceSubject } from './announce-subject.ts'
import { fromHex } from '../../../protocol/info-hash.ts'
import type { AnnounceFacts, TrackerCalls } from './tracker-calls.ts'
import type { Tracker } from './tracker.ts'

/** What one torrent says to its trackers, with its true numbers. */
export class TorrentCalls {
  readonly #subject: AnnounceSubject
  readonly #calls: TrackerCalls

  constructor(subject: AnnounceSubject, calls: TrackerCalls) {
    this.#subject = subject
    this.#calls = calls
  }

  /** Announces with the numbers of the moment when it is sent; an abort takes it back until then. */
  async announce(
    tracker: Tracker,
    event: AnnounceEvent | undefined,
    signal: AbortSignal,
  ): Promise<AnnounceAnswer> {
    const urgency = event === 'completed' ? 'event' : 'routine'
    tracker.phase = 'queued'
    try {
      return await this.#calls.announce(tracker.url, { urgency, signal }, () => {
        tracker.phase = 'announcing'
        return this.#facts(tracker, event, this.#subject.stats())
      })
    } finally {
      tracker.phase = 'resting'
    }
  }

  /** Tells `stopped` to those that accepted `started`, those at rest only; never rejects. */
  async sayStopped(trackers: readonly Tracker[], stats: AnnounceStats): Promise<void> {
    const told = trackers.filter((tracker) => tracker.isStarted && tracker.phase === 'resting')
    const urgency = stats.numPeers > 0 ? 'leaving' : 'leaving_alone'
    await Promise.allSettled(
      told.map((tracker) => {
        tracker.isStarted = false
        return this.#calls.announce(tracker.url, { urgency }, () => this.#facts(tracker, 'stopped', stats))
      }),
    )
  }

  /** Takes the counts that a scrape tells, where there is one; never rejects. */
  async scrape(tracker: Tracker, signal: AbortSignal): Promise<void> {
    try {
      const counts = await this.#calls.scrape(
        tracker.url,
        { urgency: 'scrape', signal },
        fromHex(this.#subject.infoHash),
      )
      if (counts) tracker.counted(counts)
    } catch {
      // Many trackers offer no scrape; what announces tell is enough.
    }
  }

  #facts(tracker: Tracker, event: AnnounceEvent | undefined, stats: AnnounceStats): AnnounceFacts {
    return {
      infoHash: fromHex(this.#subject.infoHash),
      uploaded: stats.uploaded,
      downloaded: stats.downloaded,
      left: stats.left ?? unknownLeft,
      event,
      trackerId: tracker.trackerId,
    }
  }
}
