/** What a session supervisor is given by the supervisor of all. */
import type { SessionRecord } from '../../protocol/records.ts'
import type { QuotaBook } from '../access/quota-book.ts'
import type { TransferBook } from '../access/transfer-book.ts'
import type { SessionBoard } from '../board/session-board.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { IpFilters } from '../filters/ip-filters.ts'
import type { Log } from '../log.ts'
import type { HostOptions, StartHost } from '../threads/session-host.ts'
import type { HashDesk } from './hash-desk.ts'
import type { Sweeper } from './removals.ts'
import { settingsInForce } from './schedule/limits-in-force.ts'

export interface SessionSurroundings {
  readonly start: StartHost
  readonly boot: Pick<
    HostOptions['boot'],
    'listenHost' | 'allowedPeerRanges' | 'allowedFetchRanges' | 'dhtBootstrap' | 'reportIntervalMs' | 'healMs'
  >
  readonly board: SessionBoard
  readonly hashDesk: HashDesk
  readonly files: FileOwnership
  readonly relocation: Sweeper
  readonly quotas?: Pick<QuotaBook, 'forWriting'> | undefined
  /** Whom sessions meet nobody of; without it nobody is filtered. */
  readonly filters?: Pick<IpFilters, 'of' | 'view' | 'restore'> | undefined
  /** What bounds the transfer of sessions in a month; without it nothing does. */
  readonly transfers?: Pick<TransferBook, 'sharesOf'> | undefined
  readonly log: Log
  /** How soon a session that failed is tried again. */
  readonly failedRetryMs: number
  readonly onChange: () => void
}

/** What a worker is told of its session at its start; `firstPort` is tried before those of the record. */
export function bootOf(
  session: SessionRecord,
  book: SessionSurroundings['transfers'],
  firstPort?: number,
): Pick<
  HostOptions['boot'],
  'sessionId' | 'ports' | 'settings' | 'announceSecret' | 'dhtTable' | 'transfers'
> {
  const { id: sessionId, announceSecret, dhtTable } = session
  const settings = settingsInForce(session.settings)
  const ports = firstPort === undefined ? session.ports : [firstPort, ...session.ports]
  const transfers = book?.sharesOf(session) ?? []
  return { sessionId, ports, settings, announceSecret, dhtTable, transfers }
}
