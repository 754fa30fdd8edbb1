/** Tells a session's worker what a reader needs next; each place is of one reader. */
import type { SessionSupervisor } from '../supervisor/session-supervisor.ts'

/** A worker that was started anew knows of no readers: they tell it again. */
const tellAgainMs = 2000
const deadlineMs = 5000

let readers = 0

export class ReadingPlace {
  readonly #name = `reader ${(readers += 1)}`
  readonly #infoHash: string
  #told: { first: number; count: number; at: number } | undefined

  constructor(infoHash: string) {
    this.#infoHash = infoHash
  }

  /** So many pieces from `first` on are needed now, before all others. */
  move(session: SessionSupervisor, first: number, count: number, now: number): void {
    const { first: before, count: countBefore, at } = this.#told ?? { at: -Infinity }
    if (first === before && count === countBefore && now - at < tellAgainMs) return
    this.#told = { first, count, at: now }
    this.#tell(session, first, count)
  }

  /** Nothing is needed any more, or at the moment. */
  leave(session: SessionSupervisor): void {
    if (this.#told === undefined) return
    this.#told = undefined
    this.#tell(session, 0, 0)
  }

  /** A worker that is away at the moment is told later, or has forgotten the reader anyway. */
  #tell(session: SessionSupervisor, first: number, count: number): void {
    const reader = this.#name
    session
      .query('read ahead', deadlineMs, async (api) => {
        await api.readAhead(this.#infoHash, { reader, first, count })
      })
      .catch(() => undefined)
  }
}
