/** Finishes at a start, before any worker looks at files, what a rename that was cut short has begun. */
import { toWireError } from '../../protocol/errors.ts'
import type { TorrentRecord } from '../../protocol/records.ts'
import type { Log } from '../log.ts'
import type { SessionRecords } from '../records/session-records.ts'
import type { TaskPool } from '../threads/task-pool.ts'

/** Files that are at the second names of their torrents alone get their first ones back. Never rejects. */
export async function bringBack(
  restored: readonly SessionRecords[],
  tasks: Pick<TaskPool, 'bringBack'>,
  log: Log,
): Promise<void> {
  const moving = restored.flatMap((records) =>
    keepingFiles(records).map((record) => ({ sessionId: records.session.id, record })),
  )
  await Promise.all(
    moving.map(async ({ sessionId, record }) => {
      const { infoHash, elsewhere, source } = record
      if (elsewhere === undefined || source.rawInfo === undefined) return
      const { rawInfo } = source
      await tasks.bringBack({ rawInfo, from: elsewhere, to: record }).catch((error: unknown) => {
        const { code, message } = toWireError(error)
        log.warn({ session: sessionId, info_hash: infoHash, code }, `names were left: ${message}`)
      })
    }),
  )
}

/** Its torrents, and those that were removed without their data and not added again. */
function keepingFiles({ torrents, removals }: SessionRecords): TorrentRecord[] {
  const removed = [...removals].filter(
    ({ deleteData, record }) => !deleteData && !torrents.has(record.infoHash),
  )
  return [...torrents.values(), ...removed.map(({ record }) => record)]
}
