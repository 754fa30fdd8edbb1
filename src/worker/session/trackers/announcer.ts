/**
 * Announces one torrent. It owns the torrent's trackers and the one timer of its next round. A round asks
 * tracker by tracker in the order of BEP 12 until one accepts; that one is then announced to at its
 * interval, and those that failed are tried again in later rounds once their wait is over.
 */
import type { TrackerView } from '../../../protocol/tracker.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AnnounceAnswer, AnnounceEvent } from './announce.ts'
import type { AnnounceStats, AnnounceSubject } from './announce-subject.ts'
import type { Clock } from './clock.ts'
import { askedRetryMs } from './intervals.ts'
import { TierList } from './tier-list.ts'
import { TorrentCalls } from './torrent-calls.ts'
import type { TrackerCalls } from './tracker-calls.ts'
import type { Tracker } from './tracker.ts'

const stopWithinMs = 20_000

/** Writes one line about a bug. */
export type TrackerLog = (message: string, fields: Record<string, unknown>) => void

/** What an announcer needs of its session. */
export interface AnnouncerOptions {
  readonly calls: TrackerCalls
  readonly clock: Clock
  readonly random: () => number
  readonly logBug: TrackerLog
  readonly onExternalAddress: (address: string) => void
  /** It has stopped: nothing is told for it any more. */
  readonly onStopped: (announcer: Announcer) => void
}

/** The announces of one torrent from its start to its stop. */
export class Announcer {
  readonly #subject: AnnounceSubject
  readonly #options: AnnouncerOptions
  readonly #calls: TorrentCalls
  readonly #tiers: TierList
  readonly #leaving = new AbortController()
  /** The tracker that accepted the last round. */
  #current: Tracker | undefined
  #requestedAt: number | undefined
  #cancelTimer: (() => void) | undefined
  #round: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  /** What trackers that left are being told; most torrents never have any. */
  #farewells: Set<Promise<unknown>> | undefined

  constructor(subject: AnnounceSubject, options: AnnouncerOptions) {
    this.#subject = subject
    this.#options = options
    this.#calls = new TorrentCalls(subject, options.calls)
    this.#tiers = new TierList(subject.tiers, options.random)
    this.#schedule()
  }

  /** Tells that the download is complete, where that is owed. */
  completed(): void {
    if (this.#subject.owesCompleted()) this.#schedule()
  }

  /** Announces as soon as the tracker's minimal interval allows, failed trackers long before their wait is over. */
  announceNow(): void {
    const tried = this.#current ? [this.#current] : this.#tiers.all()
    const lastAt = Math.max(...tried.map((tracker) => tracker.lastAnnounceAt ?? 0))
    const waitMs = this.#current?.minIntervalMs ?? askedRetryMs
    this.#requestedAt = Math.max(this.#options.clock.now(), lastAt + waitMs)
    this.#schedule()
  }

  /**
   * Takes new tiers; trackers that leave are told `stopped`, and new ones before the one that works are asked
   * at once. Gives whether one left that had accepted.
   */
  setTiers(tiers: readonly (readonly string[])[]): boolean {
    const left = this.#tiers.replace(tiers)
    const hadAccepted = left.some((tracker) => tracker.isStarted)
    if (this.#current && left.includes(this.#current)) this.#current = undefined
    if (this.#stopped === undefined) this.#bidFarewell(left)
    this.#schedule()
    return hadAccepted
  }

  /** Every tracker in the order in which they are tried. */
  status(): TrackerView[] {
    return this.#tiers.all().map((tracker) => tracker.status(this.#nextAtOf(tracker)))
  }

  /**
   * Ends all announces and tells `stopped`, with the numbers of this moment, to each tracker that accepted
   * `started`. Never rejects; resolves within 20 s, whether they answered or not.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#leave(this.#subject.stats()).finally(() => this.#options.onStopped(this))
    return this.#stopped
  }

  async #leave(stats: AnnounceStats): Promise<void> {
    this.#cancelTimer?.()
    const isOwing = this.#tiers.all().some((tracker) => tracker.isStarted)
    if (!isOwing && this.#round === undefined && !this.#farewells?.size) return // as of most, where there are many
    this.#leaving.abort()
    const told = this.#calls.sayStopped(this.#tiers.all(), stats)
    // What is under way may still become an accepted `started`.
    const rest = this.#round?.then(async () => {
      await Promise.all([this.#calls.sayStopped(this.#tiers.all(), stats), ...(this.#farewells ?? [])])
    })
    let cancel: (() => void) | undefined
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(stopWithinMs, resolve)
    })
    await Promise.race([Promise.all([told, rest, ...(this.#farewells ?? [])]), deadline])
    cancel?.()
  }

  #bidFarewell(left: readonly Tracker[]): void {
    const told = this.#calls.sayStopped(left, this.#subject.stats())
    const farewells = (this.#farewells ??= new Set())
    farewells.add(told)
    void told.finally(() => farewells.delete(told))
  }

  #schedule(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const at = this.#nextAt()
    if (this.#round !== undefined || this.#stopped !== undefined || at === undefined) return
    const waitMs = Math.max(0, at - this.#options.clock.now())
    this.#cancelTimer = this.#options.clock.after(waitMs, () => this.#begin())
  }

  #begin(): void {
    this.#round = this.#announceRound().then(() => {
      this.#round = undefined
      this.#schedule()
    })
  }

  async #announceRound(): Promise<void> {
    const now = this.#options.clock.now()
    const isForced = this.#requestedAt !== undefined && this.#requestedAt <= now
    if (isForced) this.#requestedAt = undefined
    const isDue = (tracker: Tracker): boolean => {
      const isOwed = tracker === this.#current && this.#subject.owesCompleted()
      return isForced || isOwed || tracker.dueAt <= now
    }
    for (const tracker of this.#tiers.all().filter((one) => one.isUsable)) {
      if (tracker === this.#current && !isDue(tracker)) return // those after it are a reserve
      if (!isDue(tracker) || !this.#tiers.has(tracker)) continue
      const isAccepted = await this.#announce(tracker)
      if (isAccepted || this.#leaving.signal.aborted) return
    }
  }

  /** Whether the tracker accepted; a torrent that is leaving notes no failure. */
  async #announce(tracker: Tracker): Promise<boolean> {
    const event = this.#eventFor(tracker)
    const answer = await this.#calls
      .announce(tracker, event, this.#leaving.signal)
      .catch((error: unknown) => this.#failed(tracker, error))
    if (answer) this.#accepted(tracker, event, answer)
    // It was removed while it was being asked.
    if (!this.#tiers.has(tracker)) this.#bidFarewell([tracker])
    return answer !== undefined && this.#tiers.has(tracker)
  }

  #failed(tracker: Tracker, error: unknown): undefined {
    if (this.#leaving.signal.aborted) return
    if (tracker === this.#current) this.#current = undefined
    const { clock, random, logBug } = this.#options
    const isKnown = error instanceof RestTorrentError
    if (!isKnown) logBug('an announce failed unexpectedly', { error, infoHash: this.#subject.infoHash })
    tracker.failed(isKnown ? error.message : 'internal error', clock.now(), random)
  }

  #accepted(tracker: Tracker, event: AnnounceEvent | undefined, answer: AnnounceAnswer): void {
    const now = this.#options.clock.now()
    tracker.accepted(answer, event, now)
    this.#requestedAt = undefined
    if (event === 'completed') this.#subject.onCompletedTold()
    if (this.#leaving.signal.aborted || !this.#tiers.has(tracker)) return
    this.#tiers.promote(tracker)
    this.#current = tracker
    if (answer.externalAddress !== undefined) this.#options.onExternalAddress(answer.externalAddress)
    const { addresses, seeds, peers } = answer
    const swarmSize = seeds === undefined || peers === undefined ? undefined : seeds + peers
    if (addresses.length > 0) this.#subject.onPeers(addresses, swarmSize)
    if (tracker.takeScrapeTurn(answer, now)) void this.#calls.scrape(tracker, this.#leaving.signal)
  }

  #eventFor(tracker: Tracker): AnnounceEvent | undefined {
    if (!tracker.isStarted) return 'started'
    return this.#subject.owesCompleted() ? 'completed' : undefined
  }

  #nextAt(): number | undefined {
    const usable = this.#tiers.all().filter((tracker) => tracker.isUsable)
    if (usable.length === 0) return undefined
    const now = this.#options.clock.now()
    const isOwed = this.#current !== undefined && this.#subject.owesCompleted()
    const dueAt = Math.min(...this.#awaited(usable).map((tracker) => tracker.dueAt))
    return Math.max(now, Math.min(isOwed ? now : dueAt, this.#requestedAt ?? Infinity))
  }

  /** Those whose time begins a round: the one that works with new ones before it, or all while none does. */
  #awaited(usable: readonly Tracker[]): readonly Tracker[] {
    const current = this.#current
    if (current === undefined) return usable
    const better = usable.slice(0, usable.indexOf(current)).filter((tracker) => !tracker.wasAsked)
    return [...better, current]
  }

  /** When a tracker is asked again, as far as that is known: those that are not needed have no instant. */
  #nextAtOf(tracker: Tracker): number | undefined {
    const isResting = this.#round === undefined && this.#stopped === undefined
    const nextAt = isResting && tracker.isUsable ? this.#nextAt() : undefined
    if (nextAt === undefined || tracker === this.#current) return nextAt
    const isAwaited = this.#current === undefined || tracker.isFailed
    return isAwaited ? Math.max(nextAt, Math.min(tracker.dueAt, this.#requestedAt ?? Infinity)) : undefined
  }
}
