/** Brings a session to what its record says: a worker that runs, or none. */
import type { SessionBoard } from '../board/session-board.ts'
import type { SessionRecords } from '../records/session-records.ts'

/** What is done to a session. */
interface Hands {
  readonly records: SessionRecords
  readonly board: SessionBoard
  /** Whether it has no worker and none is to come by itself. */
  readonly isStopped: () => boolean
  /** Ends its worker; gives whether that ended in order. */
  readonly end: () => Promise<boolean>
  /** Begins a worker, now or when the one before has ended after all. */
  readonly begin: () => void
}

export class SessionWish {
  /** The port that a worker tries before that of the record. */
  firstPort: number | undefined
  readonly #hands: Hands
  #isObeying = false
  #isOver = false

  constructor(hands: Hands) {
    this.#hands = hands
    hands.board.isStopped = !hands.records.session.started
  }

  get isToRun(): boolean {
    return this.#hands.records.session.started
  }

  /** Nothing is begun or ended from now on. */
  drop(): void {
    this.#isOver = true
  }

  /** Ends or begins the worker as often as the wish has changed meanwhile. Never rejects. */
  async obey(): Promise<void> {
    if (this.#isObeying) return // that call looks at the record again
    this.#isObeying = true
    const { isStopped } = this.#hands
    while (!this.#isOver && this.isToRun === isStopped()) await (this.isToRun ? this.#wake() : this.#rest())
    this.#isObeying = false
  }

  async #rest(): Promise<void> {
    const inOrder = await this.#hands.end()
    this.#show(true)
    // where this cannot be written the next start looks closer
    await this.#hands.records.mark(inOrder).catch(() => undefined)
  }

  async #wake(): Promise<void> {
    const { records, begin } = this.#hands
    await records.mark(false).catch(() => undefined)
    if (this.#isOver || !this.isToRun) return
    this.#show(false)
    begin()
  }

  #show(isStopped: boolean): void {
    const { board, records } = this.#hands
    board.isStopped = isStopped
    board.rest(records.torrents.values())
  }
}
