/** Makes records of what the store kept. */
import { noCounters } from '../../protocol/counters.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { StoredTorrent } from '../../protocol/store-rpc.ts'
import type { RestoredSession } from '../threads/store-client.ts'
import type { SessionRecords } from './session-records.ts'

/** Puts a session's torrents, removals and bans, as they were kept, into its records. */
export function fillRecords(
  records: SessionRecords,
  { torrents, bans, clean, statistics }: RestoredSession,
): void {
  records.bans.restore(bans)
  const kept = torrents.filter(({ removal }) => removal === undefined)
  const removed = torrents.flatMap((stored) => {
    const { removal } = stored
    return removal === undefined ? [] : [{ ...removal, record: recordOf(stored, clean) }]
  })
  records.restore(
    kept.map((stored) => recordOf(stored, clean)),
    removed,
  )
  // of a run that was killed the times go on in the store
  if (!clean) for (const { torrent } of kept) records.counting.rewrite(torrent.infoHash)
  records.statistics.restore(statistics)
}

function recordOf({ torrent, checkpoint }: StoredTorrent, clean: boolean): TorrentRecord {
  return {
    ...torrent,
    bits: undefined,
    counters: checkpoint?.counters ?? noCounters,
    resume: checkpoint?.bits === undefined ? undefined : { checkpoint, clean },
  }
}
