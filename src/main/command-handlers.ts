/** The handlers of all commands, brought together. */
import { keyHandlers, type KeyHandlerOptions } from './handlers/key-handlers.ts'
import { withBulkHandlers } from './handlers/bulk-handlers.ts'
import { jobHandlers } from './handlers/job-handlers.ts'
import { listHandlers } from './handlers/list-handlers.ts'
import { peerHandlers } from './handlers/peer-handlers.ts'
import type { Handlers } from './handlers/reply.ts'
import { sessionHandlers, type SessionHandlerOptions } from './handlers/session-handlers.ts'
import { storageHandlers } from './handlers/storage-handlers.ts'
import { swarmHandlers } from './handlers/swarm-handlers.ts'
import { ticketHandlers } from './handlers/ticket-handlers.ts'
import { torrentHandlers, type TorrentHandlerOptions } from './handlers/torrent-handlers.ts'
import { transferHandlers, type TransferHandlerOptions } from './handlers/transfer-handlers.ts'
import { viewHandlers } from './handlers/view-handlers.ts'
import type { Tickets } from './access/tickets.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Log } from './log.ts'

/** What the commands are carried out with. */
export type CommandSurroundings = SessionHandlerOptions &
  TorrentHandlerOptions &
  TransferHandlerOptions &
  KeyHandlerOptions & { readonly tickets: Tickets; readonly jobs: Jobs; readonly log: Log }

/** One handler for each command of the table; who may run it is asked elsewhere. */
export function commandHandlers(near: CommandSurroundings): Handlers {
  const { supervisor, board, tickets, jobs, log } = near
  const single = {
    ...sessionHandlers(near),
    ...torrentHandlers(near),
    ...listHandlers(supervisor, board),
    ...swarmHandlers(supervisor),
    ...peerHandlers(supervisor),
    ...viewHandlers(supervisor),
    ...transferHandlers(near),
    ...storageHandlers(near),
    ...keyHandlers(near),
    ...ticketHandlers(tickets),
    ...jobHandlers(jobs, supervisor),
  }
  return withBulkHandlers(single, supervisor, log)
}
