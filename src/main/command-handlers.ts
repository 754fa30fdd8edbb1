/** The handlers of all commands, on what they stand. */
import type { KeyHandlerOptions } from './handlers/key-handlers.ts'
import { contentHandlers, type ContentHandlerOptions } from './handlers/content-handlers.ts'
import { withBulkHandlers } from './handlers/bulk-handlers.ts'
import { createHandlers, type CreateHandlerOptions } from './handlers/create-handlers.ts'
import { hostHandlers, type HostHandlerOptions } from './handlers/host-handlers.ts'
import { historyHandlers } from './handlers/history-handlers.ts'
import { jobHandlers } from './handlers/job-handlers.ts'
import { keyHandlers } from './handlers/key-handlers.ts'
import { listHandlers } from './handlers/list-handlers.ts'
import { fileHandlers } from './handlers/file-handlers.ts'
import { peerHandlers } from './handlers/peer-handlers.ts'
import { previewHandlers } from './handlers/preview-handlers.ts'
import { queueHandlers } from './handlers/queue-handlers.ts'
import { quotaHandlers, type QuotaHandlerOptions } from './handlers/quota-handlers.ts'
import type { Handlers } from './handlers/reply.ts'
import { sessionHandlers, type SessionHandlerOptions } from './handlers/session-handlers.ts'
import { sourceHandlers } from './handlers/source-handlers.ts'
import { statisticsHandlers } from './handlers/statistics-handlers.ts'
import { storageHandlers, type StorageHandlerOptions } from './handlers/storage-handlers.ts'
import { swarmHandlers } from './handlers/swarm-handlers.ts'
import { ticketHandlers } from './handlers/ticket-handlers.ts'
import { torrentHandlers } from './handlers/torrent-handlers.ts'
import { transferHandlers, type TransferHandlerOptions } from './handlers/transfer-handlers.ts'
import { updateHandlers } from './handlers/update-handlers.ts'
import { viewHandlers } from './handlers/view-handlers.ts'
import { webhookHandlers } from './handlers/webhook-handlers.ts'
import type { Tickets } from './access/tickets.ts'
import type { History } from './history/history.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Live } from './live/live.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** What the handlers stand on. */
export type Ground = ContentHandlerOptions &
  KeyHandlerOptions &
  SessionHandlerOptions &
  StorageHandlerOptions &
  CreateHandlerOptions &
  TransferHandlerOptions &
  HostHandlerOptions &
  QuotaHandlerOptions & {
    readonly jobs: Jobs
    readonly live: Live
    readonly tickets: Tickets
    readonly webhooks: Webhooks
    readonly history: Pick<History, 'find'>
  }

/** Every handler; none of them asks who is calling before it acts, see `permittedHandlers`. */
export function commandHandlers(ground: Ground): Handlers {
  const { supervisor, board, jobs, live, tickets, webhooks, history, log } = ground
  const single = {
    ...sessionHandlers(ground),
    ...torrentHandlers(ground),
    ...listHandlers(supervisor, board),
    ...updateHandlers(live, supervisor, board),
    ...swarmHandlers(supervisor),
    ...sourceHandlers(supervisor),
    ...previewHandlers(ground),
    ...createHandlers(ground),
    ...peerHandlers(supervisor),
    ...fileHandlers(supervisor, ground.tasks),
    ...queueHandlers(supervisor, board),
    ...hostHandlers(ground),
    ...viewHandlers(supervisor),
    ...contentHandlers(ground),
    ...transferHandlers(ground),
    ...storageHandlers(ground),
    ...keyHandlers(ground),
    ...quotaHandlers(ground),
    ...ticketHandlers(tickets),
    ...jobHandlers(jobs, supervisor),
    ...historyHandlers(history, supervisor),
    ...statisticsHandlers(supervisor, board),
    ...webhookHandlers(webhooks, (id) => board.sessions.has(id), ground.fetchPolicy),
  }
  return withBulkHandlers(single, supervisor, log)
}
