import type { DatabaseSync } from 'node:sqlite'
import { madeThing, type KeptAnswer } from '../../protocol/idempotency.ts'
import { jsonColumn } from './json-column.ts'

/** The table of the answers to calls with an Idempotency-Key; the index alone says which are too many. */
export function answerTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE answer (
      seq INTEGER PRIMARY KEY,
      owner TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      at INTEGER NOT NULL,
      made TEXT NOT NULL,
      answer TEXT,
      size INTEGER NOT NULL,
      run TEXT,
      UNIQUE (owner, key)
    ) STRICT;

    CREATE INDEX answer_size ON answer (owner, seq, size);
  `)
}

/** The statements on it. */
export const answerStatements = {
  putAnswer: `
    INSERT OR REPLACE INTO answer (owner, key, fingerprint, at, made, answer, size, run)
    VALUES (:owner, :key, :fingerprint, :at, :made, :answer, :size, :run)`,
  removeAnswer: 'DELETE FROM answer WHERE owner = :owner AND key = :key',
  forgetAnswers: 'DELETE FROM answer WHERE at < :since OR run <> :run',
  trimAnswersOfKeys: `
    DELETE FROM answer WHERE seq IN (
      SELECT seq FROM (
        SELECT seq, COUNT(*) OVER newest AS place, SUM(size) OVER newest AS weight FROM answer
        WINDOW newest AS (PARTITION BY owner ORDER BY seq DESC)
      ) WHERE place > :rows OR weight > :bytes)`,
  trimAnswers: `
    DELETE FROM answer WHERE seq IN (
      SELECT seq FROM (
        SELECT seq, COUNT(*) OVER newest AS place, SUM(size) OVER newest AS weight FROM answer
        WINDOW newest AS (ORDER BY seq DESC)
      ) WHERE place > :rows OR weight > :bytes)`,
  loadAnswer: `
    SELECT owner, key, fingerprint, at, made, answer, run FROM answer
    WHERE owner = :owner AND key = :key AND at >= :since AND (run IS NULL OR run = :run)`,
} as const

/** The columns of an answer. */
export function answerColumns({ made, ...kept }: KeptAnswer) {
  return { ...kept, made: JSON.stringify(made), size: kept.answer?.length ?? 0 }
}

const form = jsonColumn(madeThing)

/** The answer in a row; undefined for none, and for one that cannot be read. */
export function readAnswer(values: Record<string, unknown> | undefined): KeptAnswer | undefined {
  const made = form.safeParse(values?.['made']).data
  return made && { ...(values as unknown as KeptAnswer), made }
}
