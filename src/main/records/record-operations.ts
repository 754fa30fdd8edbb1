/** What the store is told of a record: each part in the operation that changes it alone. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { TakenOver } from './removal.ts'

/** Without what belongs to its checkpoint. */
export function putTorrent(sessionId: string, record: TorrentRecord): StoreOperation {
  const { bits: _bits, counters: _counters, resume: _resume, ...torrent } = record
  return { type: 'put_torrent', sessionId, torrent }
}

/** Of a torrent that does not run. */
export function putCounters(
  sessionId: string,
  { infoHash, counters }: Pick<TorrentRecord, 'infoHash' | 'counters'>,
): StoreOperation {
  return { type: 'put_counters', sessionId, infoHash, counters, activeFrom: null, seedingFrom: null }
}

/** Where torrents stand in the queue now. */
export function putQueueRanks(sessionId: string, ranks: ReadonlyMap<string, number>): StoreOperation {
  return { type: 'put_queue_ranks', sessionId, ranks: [...ranks] }
}

/** A checkpoint that knows nothing of the files. */
export function forgetPieces(
  sessionId: string,
  { infoHash, counters }: Pick<TorrentRecord, 'infoHash' | 'counters'>,
): StoreOperation {
  const checkpoint = { bits: undefined, files: [], openForWriting: [], counters }
  return { type: 'checkpoint', sessionId, infoHash, checkpoint }
}

/** A removal that does not delete some of its files any more: the torrent was added again, and they are that one's. */
export function keepTaken(sessionId: string, { removal, files }: TakenOver): StoreOperation {
  const { id: removalId, record } = removal
  const type = files === 'data' ? 'keep_data' : 'keep_elsewhere'
  return { type, sessionId, infoHash: record.infoHash, removalId }
}
