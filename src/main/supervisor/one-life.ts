/** A torrent from its add to its removal: one that was added again since is another, though it has the same info hash. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionRecords } from '../records/session-records.ts'
import { torrentNotFound } from '../records/torrent-not-found.ts'

export type OneLife = Pick<TorrentRecord, 'infoHash' | 'addedAt'>

/** The torrent as it is now; undefined where it was removed. */
export function recordNow(
  { torrents }: Pick<SessionRecords, 'torrents'>,
  { infoHash, addedAt }: OneLife,
): TorrentRecord | undefined {
  const record = torrents.get(infoHash)
  return record?.addedAt === addedAt ? record : undefined
}

/** The same; throws `torrent_not_found` where it was removed. */
export function findNow(records: Pick<SessionRecords, 'torrents'>, life: OneLife): TorrentRecord {
  const record = recordNow(records, life)
  if (record === undefined) throw torrentNotFound(life.infoHash)
  return record
}

/** A decision that is of this life alone, see `SessionRecords.decide`; it throws `torrent_not_found` for another. */
export function onlyFor(
  { infoHash, addedAt }: OneLife,
  fields: Partial<TorrentRecord>,
): (now: TorrentRecord) => Partial<TorrentRecord> {
  return (now) => {
    if (now.addedAt !== addedAt) throw torrentNotFound(infoHash)
    return fields
  }
}
