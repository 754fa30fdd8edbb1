import type { Clock } from '../../../src/worker/session/trackers/clock.ts'

interface Alarm {
  readonly at: number
  readonly run: () => void
}

/** A clock that stands still until a test moves it; what is due at once runs without being moved. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000
  readonly #alarms = new Set<Alarm>()

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const alarm = { at: this.#now + ms, run }
    this.#alarms.add(alarm)
    if (ms <= 0) setImmediate(() => this.#ring(alarm))
    return () => void this.#alarms.delete(alarm)
  }

  /** Moves on, stopping at each alarm on the way. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      this.#ring(next)
    }
    this.#now = end
  }

  #next(end: number): Alarm | undefined {
    return [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }

  #ring(alarm: Alarm): void {
    if (this.#alarms.delete(alarm)) alarm.run()
  }
}
