/** What is written to the history of transfers, and read of it. */
import {
  historySteps,
  type HistoryQuery,
  type HistoryRow,
  type StoredHistory,
} from '../../protocol/history.ts'
import type { Statements } from './statements.ts'

const { minute, hour } = historySteps
const steps = Object.values(historySteps)

/** Writes a minute, also into its hour and day, and drops what is too old of the same series. */
export function addHistoryRow(statements: Statements, row: HistoryRow): void {
  const { sessionId: session, infoHash, at, downloaded, uploaded } = row
  const { find, make, add, drop } = row.isVolatile ? volatile(statements) : kept(statements)
  const series = Number((find.get({ session, infoHash }) ?? make.get({ session, infoHash }))?.['seq'])
  for (const { ms } of steps) add.run({ series, step: ms, at: at - (at % ms), downloaded, uploaded })
  for (const { ms, keptMs } of [minute, hour]) drop.run({ series, step: ms, before: at - keptMs })
}

/** Forgets a torrent's history, or that of a session with all in it. */
export function forgetHistoryOf(statements: Statements, session: string, infoHash: string): void {
  statements.forgetHistory.run({ session, infoHash })
  statements.forgetVolatileHistory.run({ session, infoHash })
}

/** The buckets of a query in the order of time. */
export function readHistory(statements: Statements, query: HistoryQuery): StoredHistory {
  const { sessionId: session, stepMs: step, from, to } = query
  const load = (infoHash: string) => statements.loadHistory.all({ session, infoHash, step, from, to })
  return {
    buckets: load(query.infoHash).map(({ at, downloaded, uploaded }) => ({
      at: Number(at),
      downloaded: Number(downloaded),
      uploaded: Number(uploaded),
    })),
    measured: load('').map(({ at }) => Number(at)),
  }
}

function kept({ findSeries: find, makeSeries: make, addHistory: add, dropHistory: drop }: Statements) {
  return { find, make, add, drop }
}

function volatile(statements: Statements) {
  const { findVolatileSeries: find, makeVolatileSeries: make } = statements
  const { addVolatileHistory: add, dropVolatileHistory: drop } = statements
  return { find, make, add, drop }
}
