import type { Log } from './log.ts'
import { fillRecords } from './records/restored-records.ts'
import type { SessionRecords } from './records/session-records.ts'
import type { Supervisor } from './supervisor/supervisor.ts'
import type { StoreClient } from './threads/store-client.ts'

/** The sessions that the store kept, and those of which only removals are left; what cannot be read is logged. */
export async function loadRecords(
  store: StoreClient,
  supervisor: Supervisor,
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
  return { restored, removed }
}
