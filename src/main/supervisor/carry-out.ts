/** Has a worker carry out the removal of a torrent. */
import { toWireError } from '../../protocol/errors.ts'
import type { SessionApi } from '../../protocol/session-rpc.ts'
import type { FileOwnership } from '../files/file-ownership.ts'
import type { Removal, SessionRecords } from '../records/session-records.ts'

/**
 * Rejects as the worker's call does. A removal that failed in a worker is not tried again: the files may be
 * those of a later add by then; one whose worker ended on the way is left for the next generation.
 */
export async function carryOut(
  api: SessionApi,
  removal: Removal,
  records: SessionRecords,
  files: FileOwnership,
): Promise<void> {
  const { id, record, deleteData } = removal
  const finish = (): void => {
    records.finishRemoval(removal)
    files.release(id)
  }
  try {
    await api.removeTorrent(record, deleteData, deleteData ? await files.spared(id) : [])
  } catch (error) {
    if (toWireError(error).code !== 'session_gone') finish()
    throw error
  }
  finish()
}
