/** What is sent to one webhook: what waits, and the last of what has ended, each in the order of the events. */
import type { Delivery } from '../../protocol/webhook.ts'

const mostWaiting = 1000
const mostEnded = 1000
const maxAgeMs = 7 * 24 * 60 * 60 * 1000

/** A delivery on its way. */
export interface Waiting {
  delivery: Delivery
  /** JSON, as it is sent in each attempt. */
  readonly body: string
  /** Of the next attempt. */
  timer?: NodeJS.Timeout
}

export class DeliveryLog {
  readonly #waiting = new Map<string, Waiting>()
  readonly #ended = new Map<string, Delivery>()

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether nothing more may wait. */
  get isFull(): boolean {
    return this.#waiting.size >= mostWaiting
  }

  wait(waiting: Waiting): void {
    this.#waiting.set(waiting.delivery.id, waiting)
  }

  /** Notes the end of one; gives the ids of those that are forgotten for it. */
  end(delivery: Delivery): string[] {
    this.#waiting.delete(delivery.id)
    this.#ended.set(delivery.id, delivery)
    const ids = [...this.#ended.keys()]
    return this.#forget(ids.slice(0, Math.max(0, ids.length - mostEnded)))
  }

  /** Forgets what is too old; gives the ids. */
  sweep(now: number): string[] {
    const old = [...this.#ended.values()].filter(({ finished_at }) => (finished_at ?? 0) < now - maxAgeMs)
    return this.#forget(old.map(({ id }) => id))
  }

  /** Every delivery, the newest first. */
  newest(): Delivery[] {
    const waiting = Array.from(this.#waiting.values(), ({ delivery }) => delivery)
    return [...this.#ended.values(), ...waiting].sort((one, other) => other.created_at - one.created_at)
  }

  /** Nothing of it is tried any more. */
  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
  }

  #forget(ids: string[]): string[] {
    for (const id of ids) this.#ended.delete(id)
    return ids
  }
}
