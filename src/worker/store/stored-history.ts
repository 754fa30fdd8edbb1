/**
 * The history of transfers: one table of buckets, each written into its minute, its hour and its day at once.
 * That of sessions which are memory only is in temporary tables, which are in memory and end with the process.
 */
import type { DatabaseSync } from 'node:sqlite'

/** The tables of the history that is kept. */
export function historyTables(database: DatabaseSync): void {
  database.exec(tables('main'))
}

/** The tables of the history that ends with the process, made once on every connection. */
export function volatileHistoryTables(database: DatabaseSync): void {
  database.exec(tables('temp'))
}

function tables(schema: 'main' | 'temp'): string {
  return `
    CREATE TABLE ${schema}.history_series (
      seq INTEGER PRIMARY KEY,
      session TEXT NOT NULL,
      info_hash TEXT NOT NULL,
      UNIQUE (session, info_hash)
    ) STRICT;

    CREATE TABLE ${schema}.history (
      series INTEGER NOT NULL REFERENCES history_series ON DELETE CASCADE,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      downloaded INTEGER NOT NULL,
      uploaded INTEGER NOT NULL,
      PRIMARY KEY (series, step, at)
    ) STRICT, WITHOUT ROWID;
  `
}

const findSeries = (schema: string): string =>
  `SELECT seq FROM ${schema}.history_series WHERE session = :session AND info_hash = :infoHash`
const makeSeries = (schema: string): string =>
  `INSERT INTO ${schema}.history_series (session, info_hash) VALUES (:session, :infoHash) RETURNING seq`
const addHistory = (schema: string): string => `
  INSERT INTO ${schema}.history VALUES (:series, :step, :at, :downloaded, :uploaded)
  ON CONFLICT (series, step, at) DO UPDATE SET
    downloaded = downloaded + excluded.downloaded, uploaded = uploaded + excluded.uploaded`
const dropHistory = (schema: string): string =>
  `DELETE FROM ${schema}.history WHERE series = :series AND step = :step AND at < :before`
const forgetHistory = (schema: string): string => `
  DELETE FROM ${schema}.history_series
  WHERE session = :session AND (info_hash = :infoHash OR :infoHash = '')`
const loadHistory = (schema: string): string => `
  SELECT at, downloaded, uploaded FROM ${schema}.history
  WHERE series = (${findSeries(schema)}) AND step = :step AND at >= :from AND at < :to`

/** The statements on them. */
export const historyStatements = {
  findSeries: findSeries('main'),
  makeSeries: makeSeries('main'),
  addHistory: addHistory('main'),
  dropHistory: dropHistory('main'),
  forgetHistory: forgetHistory('main'),
  findVolatileSeries: findSeries('temp'),
  makeVolatileSeries: makeSeries('temp'),
  addVolatileHistory: addHistory('temp'),
  dropVolatileHistory: dropHistory('temp'),
  forgetVolatileHistory: forgetHistory('temp'),
  loadHistory: `${loadHistory('main')} UNION ALL ${loadHistory('temp')} ORDER BY at`,
  historyLeft: `
    DELETE FROM main.history_series WHERE NOT EXISTS (
      SELECT 1 FROM session WHERE id = history_series.session AND removed = 0 AND (info_hash = '' OR EXISTS (
        SELECT 1 FROM torrent WHERE torrent.session = session.seq AND removal = ''
        AND torrent.info_hash = history_series.info_hash)))`,
} as const
