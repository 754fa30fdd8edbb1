/**
 * Spreads what a session asks of trackers: a bound on what is under way, in all and for each host, and a
 * gap between two starts. What is urgent goes first; hosts of the same urgency take turns.
 */
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { Clock } from './clock.ts'
import { Lane, urgencies, type Task, type Urgency } from './pacer-lane.ts'

/** The bounds of a pacer. */
export interface PacerLimits {
  readonly inFlight: number
  readonly inFlightPerHost: number
  /** The least time between two starts. */
  readonly gapMs: number
}

/** At most 20 under way, 10 for a host, and 50 starts a second. */
export const usualPace: PacerLimits = { inFlight: 20, inFlightPerHost: 10, gapMs: 20 }

/** At most 50 under way and 10 for a host, as fast as they go. */
export const closingPace: PacerLimits = { inFlight: 50, inFlightPerHost: 10, gapMs: 0 }

/** The queue of one session. */
export class Pacer {
  readonly #clock: Clock
  readonly #lanes = new Map<string, Lane>()
  /** The lanes that can start something, in the order of their turns. */
  readonly #ready = new Map<Urgency, Set<Lane>>(urgencies.map((urgency) => [urgency, new Set()]))
  #limits: PacerLimits
  #inFlight = 0
  #notBefore = 0
  #isTimed = false

  constructor(clock: Clock, limits: PacerLimits = usualPace) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Changes the bounds for everything that waits. */
  setLimits(limits: PacerLimits): void {
    this.#limits = limits
    this.#notBefore = 0
    for (const lane of this.#lanes.values()) this.#giveTurns(lane)
    this.#advance()
  }

  /** Runs `task` when its turn comes; rejects with `shutting_down` when `signal` or `cancelAll` comes first. */
  async run<T>(host: string, urgency: Urgency, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const cancel = (): void => {
        entry.isCancelled = true
        reject(new RestTorrentError('shutting_down', 'the torrent is stopping'))
      }
      const start = async (): Promise<void> => {
        signal?.removeEventListener('abort', cancel)
        await task().then(resolve, reject)
      }
      const entry: Task = { start, cancel, isCancelled: false }
      if (signal?.aborted) return cancel()
      signal?.addEventListener('abort', cancel, { once: true })
      this.#enqueue(host, urgency, entry)
    })
  }

  /** Takes back everything that waits. */
  cancelAll(): void {
    for (const lane of this.#lanes.values()) lane.cancelAll()
  }

  #enqueue(host: string, urgency: Urgency, task: Task): void {
    const lane = this.#lanes.get(host) ?? new Lane(host)
    this.#lanes.set(host, lane)
    lane.add(urgency, task)
    this.#giveTurns(lane)
    this.#advance()
  }

  #advance(): void {
    while (this.#inFlight < this.#limits.inFlight) {
      const waitMs = this.#notBefore - this.#clock.now()
      if (waitMs > 0) return this.#advanceLater(waitMs)
      if (!this.#startNext()) return
      this.#notBefore = this.#clock.now() + this.#limits.gapMs
    }
  }

  #advanceLater(waitMs: number): void {
    if (this.#isTimed) return
    this.#isTimed = true
    this.#clock.after(waitMs, () => {
      this.#isTimed = false
      this.#advance()
    })
  }

  #startNext(): boolean {
    for (const [urgency, lanes] of this.#ready) {
      for (const lane of lanes) {
        const task = lane.take(urgency)
        lanes.delete(lane)
        if (task === undefined) continue
        this.#start(lane, task)
        return true
      }
    }
    return false
  }

  #start(lane: Lane, task: Task): void {
    lane.inFlight += 1
    this.#inFlight += 1
    this.#giveTurns(lane)
    void task.start().finally(() => {
      lane.inFlight -= 1
      this.#inFlight -= 1
      this.#giveTurns(lane)
      if (lane.isIdle) this.#lanes.delete(lane.host)
      this.#advance()
    })
  }

  #giveTurns(lane: Lane): void {
    const hasRoom = lane.inFlight < this.#limits.inFlightPerHost
    for (const [urgency, lanes] of this.#ready) {
      if (hasRoom && lane.has(urgency)) lanes.add(lane)
      else lanes.delete(lane)
    }
  }
}
