/** Writes a session's records to a file, from which another host can make it again. */
import { randomBytes } from 'node:crypto'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TransferredTorrent } from '../../protocol/session-export.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { TaskPool } from '../threads/task-pool.ts'

/** Metainfo in one part: it is copied for the task within a few milliseconds. */
const partBytes = 1024 * 1024

export interface ExportAnswer {
  readonly name: string
  readonly size: number
  readonly num_torrents: number
}

/** Gives the name of the file in the folder `exports` of the data directory. Rejects with a disk code. */
export async function exportSession(
  records: SessionRecords,
  tasks: TaskPool,
  dataDir: string,
): Promise<ExportAnswer> {
  const { session, torrents } = records
  // as it is now, whatever changes meanwhile
  const taken = Array.from(torrents.values(), (record) => {
    return transferred({ ...record, counters: records.counting.read(record) })
  })
  const { owner: _owner, root: _root, quotas: _quotas, started: _started, ...kept } = session
  const name = fileName(session.id)
  const parts = partsOf(taken)
  let size = 0
  for (const [at, part] of parts.entries()) {
    const head = at === 0 ? { session: kept, torrentCount: taken.length } : undefined
    size = await tasks.writeExport({ dataDir, name, head, torrents: part, last: at === parts.length - 1 })
  }
  return { name, size, num_torrents: taken.length }
}

function transferred({
  saveFolder: _,
  mountPoint: _mounted,
  elsewhere: _copy,
  renaming: _renaming,
  bits: _bits,
  resume: _resume,
  ...kept
}: TorrentRecord) {
  return kept satisfies TransferredTorrent
}

/** At least one part, which may be empty. */
function partsOf(torrents: readonly TransferredTorrent[]): TransferredTorrent[][] {
  const parts: TransferredTorrent[][] = [[]]
  let bytes = 0
  for (const torrent of torrents) {
    parts.at(-1)?.push(torrent)
    bytes += (torrent.source.rawInfo?.length ?? 0) + 1000
    if (bytes < partBytes) continue
    parts.push([])
    bytes = 0
  }
  return parts
}

function fileName(sessionId: string): string {
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-')
  return `session-${sessionId}-${at}-${randomBytes(2).toString('hex')}.jsonl`
}
