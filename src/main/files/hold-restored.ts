/** Claims the files of all that was kept, as a process before had them. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { FileOwnership } from './file-ownership.ts'

/**
 * Removals come first, since their torrents may have been added again. Of those that share files one that has
 * a checkpoint comes before one that was never let write, whatever was added first.
 */
export function holdRestored(files: FileOwnership, restored: readonly SessionRecords[]): void {
  for (const { session, removals } of restored) {
    for (const { id, record, deleteData } of removals) {
      if (!deleteData) continue
      files.hold(session.id, record)
      files.leave({ sessionId: session.id, infoHash: record.infoHash }, id, deleteData)
    }
  }
  const kept = restored.flatMap(({ session, torrents }) =>
    Array.from(torrents.values(), (record) => ({ sessionId: session.id, record })),
  )
  for (const { sessionId, record } of kept.sort((one, other) => rankOf(one.record, other.record)))
    files.hold(sessionId, record)
}

function rankOf(one: TorrentRecord, other: TorrentRecord): number {
  return Number(one.resume === undefined) - Number(other.resume === undefined) || one.addedAt - other.addedAt
}
