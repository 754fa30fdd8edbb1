/** What is looked at of every session's worker, again and again: whether it turns, what it told, its heap. */
import type { Board } from '../board/board.ts'
import { pollMs as usualPollMs } from './liveness.ts'
import type { ReportIntervals } from './report-intervals.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

const usualMeasureMs = 1000

export interface LookIntervals {
  /** How often the workers' counters are looked at: eight silent polls are stale, 39 are dead. */
  readonly pollMs?: number
  readonly measureMs?: number
}

interface Near {
  readonly board: Board
  readonly reports: ReportIntervals
  readonly sessions: () => Iterable<SessionSupervisor>
  /** The view of a session is another than it was. */
  readonly show: (session: SessionSupervisor) => void
}

export class WorkerLooks {
  readonly #near: Near
  readonly #timers: readonly NodeJS.Timeout[]

  /** Looks from now on. */
  constructor({ pollMs = usualPollMs, measureMs = usualMeasureMs }: LookIntervals, near: Near) {
    this.#near = near
    this.#timers = [setInterval(() => this.#poll(), pollMs), setInterval(() => this.#measure(), measureMs)]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  #poll(): void {
    const { sessions, board, show } = this.#near
    for (const session of sessions()) {
      const { id, generation, share } = session
      const before = generation?.liveness
      generation?.poll()
      if (generation?.liveness !== before) show(session)
      board.session(id)?.confirm(share.get('quietReports'))
    }
  }

  /** Each for itself: a worker that is slow to answer keeps no other session's vitals waiting. */
  #measure(): void {
    const { sessions, reports, show } = this.#near
    for (const session of sessions()) {
      reports.keep(session)
      void Promise.resolve(session.generation?.measure()).then((isNew) => {
        if (isNew !== false) show(session)
      })
    }
  }
}
