/**
 * What is sent to one webhook: each event is in the store before its first attempt, and stays there until its
 * receiver has taken it, so that after a kill it is sent again, under the same id.
 */
import { randomUUID } from 'node:crypto'
import type { FetchOptions } from '../../outward/guarded-fetch.ts'
import { toWireError } from '../../protocol/errors.ts'
import type { Delivery, DeliveryRecord, WebhookRecord } from '../../protocol/webhook.ts'
import { JobLanes } from '../jobs/job-lanes.ts'
import type { Log } from '../log.ts'
import type { BackgroundWrites } from '../records/journal.ts'
import { DropCount } from './drop-count.ts'
import { DeliveryLog, type Waiting } from './delivery-log.ts'
import { nextAttempt } from './next-attempt.ts'
import { sendDelivery } from './send-delivery.ts'

const attemptsAtOnce = 2

export interface OutboxOptions {
  /** Which addresses may be sent to. */
  readonly policy: FetchOptions['policy']
  readonly background: BackgroundWrites
  readonly log: Pick<Log, 'error'>
}

export class Outbox {
  /** Where it goes, and by which secret it is signed. */
  record: WebhookRecord
  readonly #drops: DropCount
  readonly #options: OutboxOptions
  readonly #deliveries = new DeliveryLog()
  readonly #lanes = new JobLanes<Waiting>(attemptsAtOnce, (waiting) => this.#attempt(waiting))
  readonly #end = new AbortController()

  /** `dropped` as it was in a process before. */
  constructor(record: WebhookRecord, dropped: number, options: OutboxOptions) {
    this.record = record
    this.#options = options
    this.#drops = new DropCount(record.webhook.id, dropped, options.background)
  }

  /** Events that were not taken into it, as too many waited. */
  get dropped(): number {
    return this.#drops.count
  }

  /** How many wait to be taken. */
  get waiting(): number {
    return this.#deliveries.waiting
  }

  /** Every delivery that is kept, the newest first. */
  newest(): Delivery[] {
    return this.#deliveries.newest()
  }

  /** Brings a delivery of a process before back. */
  restore({ delivery, body }: DeliveryRecord): void {
    if (body === undefined) this.#deliveries.end(delivery)
    else this.#plan({ delivery, body })
  }

  /** Sends what happened; undefined where too many deliveries wait. */
  send(event: string, what: object): Delivery | undefined {
    if (this.#deliveries.isFull) {
      this.#drops.add()
      return undefined
    }
    const [id, webhook_id] = [randomUUID(), this.record.webhook.id]
    const delivery: Delivery = {
      id,
      webhook_id,
      event,
      state: 'waiting',
      attempts: 0,
      status: null,
      error: null,
      created_at: Date.now(),
      next_attempt_at: null,
      finished_at: null,
    }
    const waiting = { delivery, body: JSON.stringify({ delivery_id: id, webhook_id, ...what }) }
    this.#deliveries.wait(waiting)
    void this.#options.background.written(putting(waiting)).then(() => this.#plan(waiting))
    return delivery
  }

  /** Forgets deliveries that ended long ago. */
  sweep(now: number): void {
    this.#forget(this.#deliveries.sweep(now))
  }

  /** Ends what is under way and tries nothing more; settles when nothing is. */
  async stop(): Promise<void> {
    this.#end.abort()
    this.#deliveries.stop()
    await this.#lanes.close()
    await this.#drops.written()
  }

  /** Has it tried at its time, or now where it has none. */
  #plan(waiting: Waiting): void {
    if (this.#end.signal.aborted) return
    this.#deliveries.wait(waiting)
    const pause = (waiting.delivery.next_attempt_at ?? 0) - Date.now()
    const attempt = (): void => this.#lanes.add('', waiting)
    if (pause <= 0) attempt()
    else waiting.timer = setTimeout(attempt, pause).unref()
  }

  async #attempt(waiting: Waiting): Promise<void> {
    const { body } = waiting
    const { webhook, secret } = this.record
    const delivery = { ...waiting.delivery, attempts: waiting.delivery.attempts + 1 }
    try {
      const sending = { url: webhook.url, secret, delivery, body }
      const status = await sendDelivery(sending, this.#options.policy, this.#end.signal)
      this.#ended({ ...delivery, status, error: null, state: 'delivered' })
    } catch (error) {
      if (!this.#end.signal.aborted) this.#failed({ delivery, body }, error)
    }
  }

  #failed({ delivery, body }: Waiting, error: unknown): void {
    const { code, message, details } = toWireError(error)
    if (code === 'internal') this.#options.log.error({ err: error }, 'a delivery failed by a bug')
    const failure = {
      status: typeof details?.['status'] === 'number' ? details['status'] : null,
      error: { code, message },
    }
    const { attempts, created_at } = delivery
    const next_attempt_at = nextAttempt(attempts, created_at, Date.now(), Math.random())
    if (next_attempt_at === null) return this.#ended({ ...delivery, ...failure, state: 'failed' })
    const waiting = { delivery: { ...delivery, ...failure, next_attempt_at }, body }
    this.#options.background.write(putting(waiting))
    this.#plan(waiting)
  }

  #ended(last: Delivery): void {
    const delivery = { ...last, next_attempt_at: null, finished_at: Date.now() }
    this.#options.background.write({ type: 'put_delivery', record: { delivery } })
    this.#forget(this.#deliveries.end(delivery))
  }

  #forget(ids: string[]): void {
    if (ids.length > 0) this.#options.background.write({ type: 'remove_deliveries', ids })
  }
}

function putting({ delivery, body }: Waiting) {
  return { type: 'put_delivery', record: { delivery, body } } as const
}
