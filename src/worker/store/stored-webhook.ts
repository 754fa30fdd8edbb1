import type { DatabaseSync } from 'node:sqlite'
import {
  deliveryRecord,
  webhookRecord,
  type DeliveryRecord,
  type WebhookRecord,
} from '../../protocol/webhook.ts'
import type { StoredWebhook } from '../../protocol/store-rpc.ts'
import { jsonColumn } from './json-column.ts'

/** The tables of the webhooks and of what is sent to them, each in the order of creation. */
export function webhookTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE webhook (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      record TEXT NOT NULL
    ) STRICT;

    CREATE TABLE delivery (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      webhook INTEGER NOT NULL REFERENCES webhook ON DELETE CASCADE,
      record TEXT NOT NULL
    ) STRICT;

    CREATE INDEX delivery_webhook ON delivery (webhook);
  `)
}

/** How many events a webhook was not told of. */
export function droppedColumn(database: DatabaseSync): void {
  database.exec('ALTER TABLE webhook ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0')
}

/** The statements on them. */
export const webhookStatements = {
  putWebhook: `
    INSERT INTO webhook (id, record) VALUES (:id, :record)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
  putDropped: 'UPDATE webhook SET dropped = :dropped WHERE id = :id',
  removeWebhook: 'DELETE FROM webhook WHERE id = :id',
  loadWebhooks: 'SELECT record, dropped FROM webhook ORDER BY seq',
  putDelivery: `
    INSERT INTO delivery (id, webhook, record) SELECT :id, seq, :record FROM webhook WHERE id = :webhook
    ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
  removeDelivery: 'DELETE FROM delivery WHERE id = :id',
  loadDeliveries: 'SELECT record FROM delivery ORDER BY seq',
} as const

/** The columns of a webhook. */
export function webhookColumns(record: WebhookRecord): { id: string; record: string } {
  return { id: record.webhook.id, record: JSON.stringify(webhookRecord.parse(record)) }
}

/** The columns of a delivery, and the id of its webhook. */
export function deliveryColumns(record: DeliveryRecord): { id: string; webhook: string; record: string } {
  const { id, webhook_id: webhook } = record.delivery
  return { id, webhook, record: JSON.stringify(deliveryRecord.parse(record)) }
}

const webhookForm = jsonColumn(webhookRecord)
const deliveryForm = jsonColumn(deliveryRecord)

/** The webhook in a row; undefined for one that cannot be read. */
export function readWebhook(values: Record<string, unknown>): StoredWebhook | undefined {
  const record = webhookForm.safeParse(values['record']).data
  return record && { record, dropped: Number(values['dropped']) }
}

/** The delivery in a row; undefined for one that cannot be read. */
export function readDelivery(values: Record<string, unknown>): DeliveryRecord | undefined {
  return deliveryForm.safeParse(values['record']).data
}
