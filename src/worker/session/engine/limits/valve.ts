/**
 * One direction of a session under its limit, shared by the lanes of its torrents: at each turn moves the
 * one that was served least, so that torrents that want more than the limit get the same. Nothing is done
 * and no timer runs while nobody waits and nothing moves.
 */
import { Lane, type LaneSurroundings } from './lane.ts'
import { RateBudget } from './rate-budget.ts'

const tickMs = 10
/** A tick that comes so much later than it is due tells that the thread could do nothing meanwhile. */
const lateMs = 40
/** A lane that moved something so short a time ago would have moved more, had the thread not been late. */
const movingMs = 500
/** Less than a block in one turn would only be more turns. */
const smallestTurn = 16 * 1024

export class Valve implements LaneSurroundings {
  readonly #budget = new RateBudget()
  /** Bytes that moved while there was a limit. */
  moved = 0
  /** How often somebody who may move more had to wait for the limit of all. */
  waits = 0
  readonly #waiting = new Set<Lane>()
  /** What the lane had that was served last: one that comes after a pause has missed nothing before. */
  #clock = 0
  /** When lanes that move something did so last. */
  readonly #moving = new Map<Lane, number>()
  #timer: NodeJS.Timeout | undefined
  #dueAt = Infinity

  get isUnlimited(): boolean {
    return this.#budget.isUnlimited
  }

  /** Bytes per second of all lanes together from now on, 0: unlimited. */
  setRate(rate: number): void {
    this.#budget.setRate(rate, performance.now())
    this.#tick() // who waited for the old limit may go on
  }

  /** A lane with a limit of its own, bytes per second, 0: none. */
  open(rate: number): Lane {
    const lane = new Lane(this)
    this.setLaneRate(lane, rate)
    return lane
  }

  setLaneRate(lane: Lane, rate: number): void {
    lane.budget.setRate(rate, performance.now())
    this.#tick()
  }

  admit(lane: Lane): void {
    if (this.#waiting.has(lane)) return
    const now = performance.now()
    if (this.#isLate(now)) this.#refill(now) // what came meanwhile is heard of before the timer
    if (this.#waiting.size === 0) this.#budget.refill(now)
    lane.budget.refill(now)
    lane.served = Math.max(lane.served, this.#clock)
    this.#waiting.add(lane)
    this.#tickSoon(now)
  }

  forget(lane: Lane): void {
    this.#waiting.delete(lane)
    this.#moving.delete(lane)
  }

  spend(lane: Lane, bytes: number): void {
    const now = performance.now()
    this.moved += bytes
    this.#budget.spend(bytes)
    this.#moving.set(lane, now)
    this.#tickSoon(now)
  }

  #tickSoon(now: number): void {
    if (this.#timer) return
    this.#dueAt = now + tickMs
    this.#timer = setTimeout(() => this.#tick(), tickMs)
  }

  #tick(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const now = performance.now()
    this.#refill(now)
    if (this.#waiting.size > 0) {
      this.#serve()
      if (this.#budget.bytes <= 0 && this.#someWait) this.waits += 1
    }
    if (this.#waiting.size > 0 || this.#moving.size > 0) this.#tickSoon(now)
    else this.#dueAt = Infinity
  }

  #isLate(now: number): boolean {
    return now - this.#dueAt > lateMs
  }

  #refill(now: number): void {
    const isLate = this.#isLate(now)
    for (const [lane, at] of this.#moving) if (!isLate && now - at > movingMs) this.#moving.delete(lane)
    const isWaiting = this.#waiting.size > 0
    const isMoving = this.#moving.size > 0
    if (isWaiting || isMoving)
      this.#budget.refill(now, (isLate && isMoving) || (isWaiting && this.#budget.bytes <= 0))
    for (const { budget } of this.#waiting) budget.refill(now, isLate || budget.bytes <= 0)
    for (const { budget } of this.#moving.keys()) budget.refill(now, isLate)
  }

  get #someWait(): boolean {
    return [...this.#waiting].some(({ budget }) => budget.bytes > 0)
  }

  #serve(): void {
    const turn = Math.max(smallestTurn, this.#budget.bytes / this.#waiting.size)
    const idle = new Set<Lane>()
    while (this.#budget.bytes > 0) {
      const lane = this.#next(idle)
      if (lane === undefined) return
      this.#clock = lane.served
      this.#waiting.delete(lane)
      // one that moved nothing has its next turn at the next tick
      if (lane.take(Math.min(turn, Math.max(smallestTurn, lane.budget.bytes))) === 0) idle.add(lane)
    }
  }

  #next(except: ReadonlySet<Lane>): Lane | undefined {
    let least: Lane | undefined
    for (const lane of this.#waiting) {
      if (lane.budget.bytes <= 0 || except.has(lane)) continue
      if (least === undefined || lane.served < least.served) least = lane
    }
    return least
  }
}
