/** Has sessions obey their other limits when their schedules change: one look at each begin of a minute. */
import { configureWorker, type Configured } from '../configure.ts'
import { limitsInForce } from './limits-in-force.ts'

const minuteMs = 60_000

export class ScheduleWatch {
  readonly #sessions: () => Iterable<Configured>
  readonly #told = new WeakMap<Configured, boolean>()
  #timer: NodeJS.Timeout

  /** Looks at once, and again with each minute that begins. */
  constructor(sessions: () => Iterable<Configured>, now = Date.now()) {
    this.#sessions = sessions
    this.look(now)
    this.#timer = this.#next()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Tells the workers of those sessions whose limits are others than at the last look; milliseconds since the epoch. */
  look(now: number): void {
    for (const session of this.#sessions()) {
      const { alternative } = limitsInForce(session.records.session.settings, now)
      const told = this.#told.get(session)
      this.#told.set(session, alternative)
      if (told !== undefined && told !== alternative) configureWorker(session, now)
    }
  }

  #next(): NodeJS.Timeout {
    return setTimeout(
      () => {
        this.look(Date.now())
        this.#timer = this.#next()
      },
      minuteMs - (Date.now() % minuteMs),
    )
  }
}
