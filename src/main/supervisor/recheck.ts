/** Has the files of a torrent hashed anew: what is known of its pieces is dropped, durably, before it is told. */
import type { TorrentRecord } from '../../protocol/records.ts'
import { forgetPieces } from '../records/record-operations.ts'
import type { SessionSupervisor } from './session-supervisor.ts'

/** Gives the record without its pieces. Rejects with `torrent_not_found` or a disk code. */
export async function recheck(session: SessionSupervisor, infoHash: string): Promise<TorrentRecord> {
  const { records } = session
  const found = records.torrents.get(infoHash)
  // what is in memory was hashed as it arrived, and there is nothing else to look at
  if (found?.storageMode === 'memory') return found
  const forgotten = found === undefined ? [] : [forgetPieces(session.id, found)]
  const record = await records.decide(infoHash, { bits: undefined, resume: undefined }, forgotten)
  session.torrents.recheck(record)
  return record
}
