import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'

/** The table of what sessions have done beside what is counted of their torrents. */
export function statisticsTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE session_statistics (
      session INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
      removed INTEGER NOT NULL,
      finished INTEGER NOT NULL,
      downloaded INTEGER NOT NULL,
      uploaded INTEGER NOT NULL,
      running_ms INTEGER NOT NULL
    ) STRICT;
  `)
}

/** The statements on it. */
export const statisticsStatements = {
  countSession: `
    INSERT INTO session_statistics
    SELECT seq, :removed, :finished, :downloaded, :uploaded, :runningMs FROM session
    WHERE id = :id AND removed = 0
    ON CONFLICT (session) DO UPDATE SET
      removed = removed + excluded.removed, finished = finished + excluded.finished,
      downloaded = downloaded + excluded.downloaded, uploaded = uploaded + excluded.uploaded,
      running_ms = running_ms + excluded.running_ms`,
  removeStatistics: 'DELETE FROM session_statistics WHERE session = (SELECT seq FROM session WHERE id = :id)',
} as const

/** What stands in the row of a session, as a column of JSON. */
export const statisticsColumn = `(
  SELECT json_object('removed', done.removed, 'finished', done.finished, 'downloaded', done.downloaded,
    'uploaded', done.uploaded, 'runningMs', done.running_ms)
  FROM session_statistics AS done WHERE done.session = session.seq)`

/** The same, read. */
export const keptStatistics = z.object({
  removed: z.int(),
  finished: z.int(),
  downloaded: z.number(),
  uploaded: z.number(),
  runningMs: z.number(),
})
