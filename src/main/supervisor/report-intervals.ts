/** How often each session's worker reports: more often while somebody follows the session. */
import type { Generation } from './generation.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import type { SessionState } from '../../protocol/session.ts'

const followedMs = 250

/** A session as far as its reports go. */
interface Reporting {
  readonly id: string
  readonly state: SessionState
  readonly generation: Generation | undefined
  send(what: string, run: (api: SessionApi) => Promise<void>): void
}

export class ReportIntervals {
  readonly #usualMs: number
  readonly #told = new WeakMap<Generation, number>()
  #isFollowed: (sessionId: string) => boolean = () => false

  /** `usualMs` is what a worker is started with. */
  constructor(usualMs: number) {
    this.#usualMs = usualMs
  }

  /** Says from now on which sessions are followed. */
  follow(isFollowed: (sessionId: string) => boolean): void {
    this.#isFollowed = isFollowed
  }

  /** Tells the worker where it reports otherwise than is wanted. */
  keep(session: Reporting): void {
    const { id, state, generation } = session
    if (state !== 'running' || generation === undefined) return
    const wantedMs = this.#isFollowed(id) ? Math.min(followedMs, this.#usualMs) : this.#usualMs
    if ((this.#told.get(generation) ?? this.#usualMs) === wantedMs) return
    this.#told.set(generation, wantedMs)
    session.send('report interval', async (api) => await api.reportEvery(wantedMs))
  }
}
