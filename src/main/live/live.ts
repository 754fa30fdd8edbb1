/** The live side of the board: what followers of any transport share. */
import type { Access } from '../access/access.ts'
import type { KeyRing } from '../access/key-ring.ts'
import type { Board } from '../board/board.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { EventLog } from './event-log.ts'
import { Feeds, type Channel, type Sink } from './feeds.ts'
import { LiveBoard, type UpdateText } from './live-board.ts'
import { interestOf, type Wanted } from './wish.ts'

/** Has the workers of followed sessions report as often as the most eager follower may hear. */
export type Watch = (follows: (sessionId: string) => boolean) => void

export class Live {
  readonly events = new EventLog()
  readonly #shown: Board
  readonly #board: LiveBoard
  readonly #watch: Watch
  readonly #feeds = new Set<Pick<Feeds<Sink>, 'follows'>>()

  /** Made before anything is on the board. */
  constructor(board: Board, watch: Watch) {
    this.#shown = board
    this.#board = new LiveBoard(board)
    this.#watch = watch
  }

  /** Whether there is a session of this id. */
  has(sessionId: string): boolean {
    return this.#shown.sessions.has(sessionId)
  }

  /** Notes events from now on: what is on the board already is no news. */
  noteEvents(keys: KeyRing, jobs: Pick<Jobs, 'onChange'>): void {
    this.events.follow(this.#shown, keys, jobs)
  }

  /** What is there, or what changed since a revision; throws as `interestOf` does. */
  updateSince(wanted: Wanted, access: Access, since: string | undefined): UpdateText {
    const interest = interestOf(wanted, access, (id) => this.has(id))
    return this.#board.textSince(interest, since)
  }

  /** The feeds of one transport. */
  feeds<S extends Sink>(channel: Channel<S>): Feeds<S> {
    const feeds = new Feeds(this.#board, channel, () => this.#changed())
    this.#feeds.add(feeds)
    return feeds
  }

  #changed(): void {
    this.#watch((id) => [...this.#feeds].some((feeds) => feeds.follows(id)))
  }
}
