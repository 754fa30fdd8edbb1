/** The webhooks of the server, and which of them are told of an event. */
import { randomUUID } from 'node:crypto'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { StoredWebhooks } from '../../protocol/store-rpc.ts'
import type { Delivery, WebhookRecord, WebhookView } from '../../protocol/webhook.ts'
import type { Access } from '../access/access.ts'
import { isHeard, type Happened } from '../live/event-log.ts'
import { BackgroundWrites, type Journal } from '../records/journal.ts'
import { Outbox, type OutboxOptions } from './outbox.ts'

const mostOfKey = 50
const mostInAll = 500
const sweepMs = 60_000

export interface WebhooksOptions extends Omit<OutboxOptions, 'background'> {
  readonly journal: Journal
  readonly stored: StoredWebhooks
  /** What the key of that prefix allows now, or what is allowed without one; undefined for none. */
  readonly accessOf: (owner: string | null) => Access | undefined
  readonly hasSession: (sessionId: string) => boolean
}

/** What a new webhook is to be. */
export interface WebhookWish {
  readonly url: string
  readonly events: string[]
  readonly sessionId: string | undefined
  readonly secret: string
  /** Prefix of the key that makes it; null for none. */
  readonly owner: string | null
}

export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #background: BackgroundWrites
  readonly #outboxes = new Map<string, Outbox>()
  readonly #sweeping: NodeJS.Timeout

  constructor(options: WebhooksOptions) {
    const { journal, stored, log } = options
    this.#options = options
    this.#background = new BackgroundWrites(journal, (error) => {
      log.error({ err: error }, 'what became of a webhook could not be written')
    })
    for (const { record, dropped } of stored.webhooks) this.#open(record, dropped)
    for (const record of stored.deliveries) this.#outboxes.get(record.delivery.webhook_id)?.restore(record)
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref()
  }

  /** The webhooks in the order of their creation. */
  list(): WebhookRecord[] {
    return Array.from(this.#outboxes.values(), ({ record }) => record)
  }

  /** The webhook of this id; undefined for none. */
  get(id: string): WebhookRecord | undefined {
    return this.#outboxes.get(id)?.record
  }

  /** A webhook as it is shown. */
  view({ webhook }: WebhookRecord): WebhookView {
    const { waiting = 0, dropped = 0 } = this.#outboxes.get(webhook.id) ?? {}
    return { ...webhook, waiting, dropped }
  }

  /** What was sent to a webhook, the newest first. */
  deliveries(id: string): Delivery[] {
    return this.#outboxes.get(id)?.newest() ?? []
  }

  /** Makes a webhook; it is durable when this settles. Rejects with `quota_exceeded` or a disk code. */
  async create({ url, events, sessionId, secret, owner }: WebhookWish): Promise<WebhookRecord> {
    const ofKey = this.list().filter((one) => one.owner === owner).length
    if (ofKey >= mostOfKey || this.#outboxes.size >= mostInAll) {
      throw new RestTorrentError(
        'quota_exceeded',
        `a key may have ${mostOfKey} webhooks, the server ${mostInAll}`,
      )
    }
    const session = sessionId === undefined ? {} : { session_id: sessionId }
    const webhook = { id: randomUUID(), url, ...session, events, active: true, created_at: Date.now() }
    const record = { webhook, secret, owner }
    this.#open(record)
    await this.#options.journal.write({ type: 'put_webhook', record }).catch((error: unknown) => {
      this.#close(webhook.id)
      throw error
    })
    return record
  }

  /** Puts a changed record in the place of the one before; rejects with a disk code, and nothing has changed. */
  async update(record: WebhookRecord): Promise<void> {
    await this.#options.journal.write({ type: 'put_webhook', record })
    const outbox = this.#outboxes.get(record.webhook.id)
    if (outbox !== undefined) outbox.record = record
  }

  /** Ends a webhook with what waits for it. Rejects with a disk code. */
  async remove(id: string): Promise<void> {
    await this.#options.journal.write({ type: 'remove_webhook', id })
    this.#close(id)
  }

  /** Ends those of a key that is no longer one. */
  removeOf(key: string): void {
    for (const { webhook, owner } of this.list()) if (owner === key) this.#removeLater(webhook.id)
  }

  /** Tells those that are to hear of it. */
  tell(happened: Happened): void {
    const { event } = happened
    for (const outbox of this.#outboxes.values()) {
      const { webhook, owner } = outbox.record
      const { active, events, session_id } = webhook
      if (!active || !events.includes(event.type)) continue
      if (session_id !== undefined && session_id !== event.session_id) continue
      const access = this.#options.accessOf(owner)
      if (access !== undefined && isHeard(happened, access)) outbox.send(event.type, event)
    }
  }

  /** Sends the event `test`; undefined where too many deliveries wait. */
  test(id: string): Delivery | undefined {
    return this.#outboxes.get(id)?.send('test', { type: 'test', at: Date.now() })
  }

  /** Ends what is under way; what was not taken is for the next process. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeping)
    await Promise.all(Array.from(this.#outboxes.values(), (outbox) => outbox.stop()))
    await this.#background.flush()
  }

  #open(record: WebhookRecord, dropped = 0): void {
    const { policy, log } = this.#options
    const options = { policy, log, background: this.#background }
    this.#outboxes.set(record.webhook.id, new Outbox(record, dropped, options))
  }

  /** A webhook of a session ends with it, once nothing waits any more. */
  #sweep(): void {
    for (const outbox of this.#outboxes.values()) {
      outbox.sweep(Date.now())
      const { id, session_id } = outbox.record.webhook
      const isOver = session_id !== undefined && !this.#options.hasSession(session_id)
      if (isOver && outbox.waiting === 0) this.#removeLater(id)
    }
  }

  #removeLater(id: string): void {
    this.#background.write({ type: 'remove_webhook', id })
    this.#close(id)
  }

  #close(id: string): void {
    void this.#outboxes.get(id)?.stop()
    this.#outboxes.delete(id)
  }
}
