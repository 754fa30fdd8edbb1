/** Opens the webhooks that are kept, and has them told of what happens. */
import type { FetchOptions } from '../outward/guarded-fetch.ts'
import { openAccess } from './access/access.ts'
import type { KeyRing } from './access/key-ring.ts'
import type { Board } from './board/board.ts'
import type { Live } from './live/live.ts'
import type { Log } from './log.ts'
import type { Journal } from './records/journal.ts'
import type { StoreClient } from './threads/store-client.ts'
import { Webhooks } from './webhooks/webhooks.ts'

export interface WebhookSurroundings {
  readonly store: Pick<StoreClient, 'loadWebhooks'>
  readonly journal: Journal
  readonly keys: KeyRing
  readonly board: Board
  readonly live: Live
  readonly fetchPolicy: FetchOptions['policy']
  readonly log: Log
}

/** Rejects as the store does. */
export async function openWebhooks(near: WebhookSurroundings): Promise<Webhooks> {
  const { store, journal, keys, board, live, fetchPolicy, log } = near
  const webhooks = new Webhooks({
    journal,
    stored: await store.loadWebhooks(),
    policy: fetchPolicy,
    accessOf: (owner) => (owner === null ? openAccess : keys.accessOf(owner)),
    hasSession: (id) => board.sessions.has(id),
    log,
  })
  keys.onRevoked((prefix) => webhooks.removeOf(prefix))
  live.events.onEvent((happened) => webhooks.tell(happened))
  return webhooks
}
