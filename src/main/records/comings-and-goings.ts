/** What the store is told when a torrent is added or removed: all of it in one write. */
import { noCounters } from '../../protocol/counters.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import { leftBy } from '../../protocol/session-statistics.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import { keepTaken, putCounters, putTorrent } from './record-operations.ts'
import type { Removal, TakenOver } from './removal.ts'

/** Adds a torrent, which takes over these files of removals. */
export function addTorrent(
  sessionId: string,
  record: TorrentRecord,
  takenOver: readonly TakenOver[],
): StoreOperation[] {
  const counted = record.counters === noCounters ? [] : [putCounters(sessionId, record)]
  const kept = takenOver.map((taken) => keepTaken(sessionId, taken))
  return [putTorrent(sessionId, record), ...counted, ...kept]
}

/** What the metadata of a torrent is, which takes over these files of removals. */
export function learnMetadata(
  sessionId: string,
  metadata: Pick<StoreOperation & { type: 'put_metadata' }, 'infoHash' | 'rawInfo' | 'facts'>,
  takenOver: readonly TakenOver[],
): StoreOperation[] {
  const kept = takenOver.map((taken) => keepTaken(sessionId, taken))
  return [{ type: 'put_metadata', sessionId, ...metadata }, ...kept]
}

/** Leaves a removal for a worker to carry out, and what the torrent did with its session. */
export function removeTorrent(
  sessionId: string,
  { infoHash, counters }: Pick<TorrentRecord, 'infoHash' | 'counters'>,
  { id: removalId, deleteData }: Pick<Removal, 'id' | 'deleteData'>,
): StoreOperation[] {
  return [
    { type: 'remove_torrent', sessionId, infoHash, removalId, deleteData },
    { type: 'count_session', sessionId, done: leftBy(counters) },
  ]
}

/** Nothing is left to be carried out of a removal. */
export function finishRemoval(
  sessionId: string,
  { id: removalId, record: { infoHash } }: Pick<Removal, 'id' | 'record'>,
): StoreOperation {
  return { type: 'finish_removal', sessionId, infoHash, removalId }
}
