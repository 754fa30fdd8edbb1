import type { DatabaseSync } from 'node:sqlite'
import { jobRecord, type JobRecord } from '../../protocol/job.ts'
import { jsonColumn } from './json-column.ts'

/** The table of the jobs, in the order in which they began. */
export function jobTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE job (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      record TEXT NOT NULL
    ) STRICT;
  `)
}

/** The statements on it. */
export const jobStatements = {
  putJob: `
    INSERT INTO job (id, record) VALUES (:id, :record)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
  removeJob: 'DELETE FROM job WHERE id = :id',
  loadJobs: 'SELECT record FROM job ORDER BY seq',
} as const

/** The columns of a job. */
export function jobColumns(record: JobRecord): { id: string; record: string } {
  return { id: record.job.id, record: JSON.stringify(jobRecord.parse(record)) }
}

const form = jsonColumn(jobRecord)

/** The job in a row; undefined for one that cannot be read. */
export function readJob(values: Record<string, unknown>): JobRecord | undefined {
  return form.safeParse(values['record']).data
}
