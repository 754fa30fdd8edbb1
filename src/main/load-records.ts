import type { Log } from './log.ts'
import { fillRecords } from './records/restored-records.ts'
import type { SessionRecords } from './records/session-records.ts'
import { bringBack } from './supervisor/bring-back.ts'
import type { Supervisor } from './supervisor/supervisor.ts'
import type { StoreClient } from './threads/store-client.ts'
import type { TaskPool } from './threads/task-pool.ts'

/**
 * The sessions that the store kept, and those of which only removals are left; what cannot be read is logged. Files
 * that were on their way to other names are where the records say.
 */
export async function loadRecords(
  store: StoreClient,
  supervisor: Supervisor,
  tasks: Pick<TaskPool, 'bringBack'>,
  log: Log,
): Promise<{ restored: SessionRecords[]; removed: SessionRecords[] }> {
  const { sessions, skipped } = await store.loadAll()
  for (const row of skipped) log.error({ ...row }, 'a record cannot be read and is left out')
  const restored: SessionRecords[] = []
  const removed: SessionRecords[] = []
  for (const stored of sessions) {
    const records = supervisor.records(stored.session)
    fillRecords(records, stored)
    const list = stored.removed ? removed : restored
    list.push(records)
  }
  await bringBack([...restored, ...removed], tasks, log)
  return { restored, removed }
}
