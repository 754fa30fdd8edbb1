/**
 * The desired state of one session: its own record, its torrents, and removals that a worker has yet to
 * carry out. Held in memory; what is recorded here survives every end of the worker.
 */
import type { SessionRecord, TorrentCounters, TorrentRecord } from '../../protocol/records.ts'

/** A torrent that is removed for callers and whose files a worker still has to close or delete. */
export interface Removal {
  readonly record: TorrentRecord
  readonly deleteData: boolean
}

/** Records of one session. Main is the only writer. */
export class SessionRecords {
  session: SessionRecord
  readonly torrents = new Map<string, TorrentRecord>()
  readonly removals = new Set<Removal>()

  constructor(session: SessionRecord) {
    this.session = session
  }

  put(record: TorrentRecord): void {
    this.torrents.set(record.infoHash, record)
  }

  /** Changes fields of a torrent's record; nothing happens when it was removed meanwhile. */
  change(infoHash: string, fields: Partial<TorrentRecord>): TorrentRecord | undefined {
    const record = this.torrents.get(infoHash)
    if (record === undefined) return undefined
    const changed = { ...record, ...fields }
    this.torrents.set(infoHash, changed)
    return changed
  }

  /** Keeps counters from falling when a new worker takes over. */
  count(infoHash: string, counters: TorrentCounters): void {
    const before = this.torrents.get(infoHash)?.counters
    if (before === undefined) return
    this.change(infoHash, {
      counters: {
        downloaded: Math.max(before.downloaded, counters.downloaded),
        uploaded: Math.max(before.uploaded, counters.uploaded),
      },
    })
  }

  /** Takes a torrent out of the desired state; gives the removal for the worker. */
  remove(infoHash: string, deleteData: boolean): Removal | undefined {
    const record = this.torrents.get(infoHash)
    if (record === undefined) return undefined
    this.torrents.delete(infoHash)
    const removal = { record, deleteData }
    this.removals.add(removal)
    return removal
  }
}
