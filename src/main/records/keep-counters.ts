/** Writes what torrents have counted together with the time that their session has run, by which their times go on. */
import type { SessionRecord } from '../../protocol/records.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { BackgroundWrites } from './journal.ts'
import type { SessionStatistics } from './session-statistics.ts'
import type { CountedNow, TorrentCounting } from './torrent-counting.ts'

/** A session as far as it is counted. */
interface CountedSession {
  readonly session: Pick<SessionRecord, 'id'>
  readonly statistics: SessionStatistics
  readonly counting: Pick<TorrentCounting, 'rewrite'>
}

/** All of it in one write; what could not be written is written with the next. */
export function keepCounters(
  counted: readonly CountedNow[],
  { session: { id }, statistics, counting }: CountedSession,
  background: BackgroundWrites,
): void {
  const kept = counted.filter(({ record }) => !record.memoryOnly)
  const { runningMs } = statistics
  const operations = kept.map((one) => putCounters(id, one, runningMs))
  const done = statistics.takeUnwritten()
  if (done) operations.push({ type: 'count_session', sessionId: id, done })
  if (operations.length === 0) return
  void background.written(...operations).then((isDurable) => {
    if (isDurable) return
    if (done) statistics.giveBack(done)
    for (const { record } of kept) counting.rewrite(record.infoHash)
  })
}

function putCounters(sessionId: string, { record, running }: CountedNow, runningMs: number): StoreOperation {
  const { infoHash, counters } = record
  const activeFrom = running.isActive ? runningMs : null
  const seedingFrom = running.isSeeding ? runningMs : null
  return { type: 'put_counters', sessionId, infoHash, counters, activeFrom, seedingFrom }
}
