/** What follows from a crash beside the next start: words for callers, a line in the log, a quarantine. */
import type { WireError } from '../../protocol/errors.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { HostExit } from '../threads/session-host.ts'
import type { CrashLedger } from './crash-ledger.ts'
import type { Generation } from './generation.ts'
import { crashReason } from './session-reasons.ts'
import type { SessionSurroundings } from './session-surroundings.ts'

/** Why the worker ended; `unbound` is what kept it from its port. */
export function noteCrash(
  generation: Generation,
  exit: HostExit,
  unbound: WireError | undefined,
  records: SessionRecords,
  ledger: CrashLedger,
  near: SessionSurroundings,
): WireError {
  const session = records.session.id
  const error = unbound ?? { code: 'session_gone', message: crashReason(generation.endReason) }
  const { message: thrown, stack } = exit.error ?? {}
  near.log.error({ session, generation: generation.number, thrown, stack }, error.message)
  for (const infoHash of ledger.note(generation.activating)) {
    const record = records.quarantine(infoHash, `it ended the worker twice: ${error.message}`)
    near.log.error({ session, info_hash: infoHash }, 'torrent quarantined')
    if (record) near.board.rest([record])
  }
  return error
}
