import { RateBudget } from './rate-budget.ts'

/** What a lane asks of the valve that it belongs to. */
export interface LaneSurroundings {
  readonly isUnlimited: boolean
  /** Gives the lane a turn as soon as it is due. */
  admit(lane: Lane): void
  forget(lane: Lane): void
  spend(lane: Lane, bytes: number): void
}

/**
 * One torrent's way through a valve. Where there is a limit, bytes move in turns only: whoever has something
 * to move waits, and is called when it may.
 */
export class Lane {
  /** The torrent's own limit. */
  readonly budget = new RateBudget()
  /** Bytes moved, in the valve's measure of fairness. */
  served = 0
  readonly #near: LaneSurroundings
  #onTurn: () => void = () => undefined
  #room = 0

  constructor(near: LaneSurroundings) {
    this.#near = near
  }

  /** No limit holds. */
  get isFree(): boolean {
    return this.budget.isUnlimited && this.#near.isUnlimited
  }

  /** Bytes that may still move in this turn; no more than a block may go beyond. */
  get room(): number {
    return this.isFree ? Infinity : this.#room
  }

  /** Who is called at a turn: it moves bytes while there is room, and waits again where something is left. */
  onTurn(run: () => void): void {
    this.#onTurn = run
  }

  /** Asks for a turn. */
  wait(): void {
    this.#near.admit(this)
  }

  /** Bytes moved, in a turn or out of it; a negative number gives back what did not. */
  spend(bytes: number): void {
    if (this.isFree) return
    this.#room -= bytes
    this.served += bytes
    this.budget.spend(bytes)
    this.#near.spend(this, bytes)
  }

  /** Has its turn; gives the bytes that moved. */
  take(room: number): number {
    const before = this.served
    this.#room = room
    this.#onTurn()
    this.#room = 0
    return this.served - before
  }

  /** Nothing of it moves any more. */
  close(): void {
    this.#near.forget(this)
    this.#onTurn = () => undefined
  }
}
