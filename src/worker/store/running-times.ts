/**
 * The times of torrents that ran when they were last written: each counter goes on with the time that its session
 * runs, which is one row for all of them.
 */
import type { DatabaseSync } from 'node:sqlite'

/** How long the session had run when the times were counted; null where they do not go on. */
export function runningTimes(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE counters ADD COLUMN active_from INTEGER;
    ALTER TABLE counters ADD COLUMN seeding_from INTEGER;
  `)
}

/** A time of `counters` with what the session, whose statistics are joined as `done`, has run since. */
export function timeUntilNow(time: 'active' | 'seeding'): string {
  return `${time}_time_ms + MAX(0, COALESCE(done.running_ms - ${time}_from, 0))`
}
