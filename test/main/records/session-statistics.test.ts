/** The statistics of a session over a real store: what is added, counted, removed and read again. */
import * as assert from 'uvu/assert'
import { fillRecords } from '../../../src/main/records/restored-records.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { noCounters } from '../../../src/protocol/counters.ts'
import type { TorrentRecord } from '../../../src/protocol/records.ts'
import { openStore, type Store } from '../../../src/worker/store/store.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, sessionOf, torrentOf } from '../../worker/store/fixture.ts'

const statistics = suite('main/records/session-statistics')

const recordOf = (n: number, memoryOnly = false): TorrentRecord => ({
  ...torrentOf(n),
  memoryOnly,
  counters: noCounters,
  bits: undefined,
})

const keptIn = (store: Store): SessionRecords =>
  new SessionRecords(sessionOf(), {
    journal: { write: (...operations) => store.write(operations) },
    onFailed: (error) => assert.unreachable(String(error)),
  })

/** The records as the next process reads them. */
async function readAgain(store: Store): Promise<SessionRecords> {
  const { sessions, torrents } = await loadAll(store)
  const [session] = sessions
  assert.ok(session)
  const records = keptIn(store)
  fillRecords(records, { ...session, torrents })
  return records
}

const count = (records: SessionRecords, n: number, downloaded: number, uploaded: number): void =>
  records.counting.join(torrentOf(n).infoHash, {
    ...noCounters,
    downloaded,
    uploaded,
    finishedAt: downloaded >= 1000 ? 1 : null,
  })

statistics('the total holds what removed torrents did, over restarts; since start begins anew', async () => {
  const store = await openStore(temporaryFolder())
  const first = keptIn(store)
  await first.keep()
  for (const n of [1, 2, 3]) await first.add(recordOf(n))
  count(first, 1, 1000, 500)
  count(first, 2, 300, 0)
  const removing = first.remove(torrentOf(1).infoHash, false)
  count(first, 1, 1001, 600) // reported while the removal is written
  await removing
  const done = { downloaded: 1301, uploaded: 600, ratio: 0.4612 }
  const torrents = { torrents_added: 3, torrents_finished: 1, torrents_removed: 1 }
  const expected = { ...done, ...torrents, running_time_ms: 0 }
  assert.equal(first.statistics.view(), { since_start: expected, total: expected })
  first.counting.keep([torrentOf(2).infoHash])
  await first.mark(true)
  const second = await readAgain(store)
  assert.equal(second.statistics.view().total, expected)
  count(second, 2, 400, 10)
  await second.add(recordOf(1))
  const { since_start, total } = second.statistics.view()
  assert.equal(since_start, {
    downloaded: 100,
    uploaded: 10,
    ratio: 0.1,
    torrents_added: 1,
    torrents_finished: 0,
    torrents_removed: 0,
    running_time_ms: 0,
  })
  assert.equal([total.downloaded, total.torrents_added], [1401, 4])
  await store.close()
})

statistics('what a removal counted is there after a kill at the moment of its answer', async () => {
  const store = await openStore(temporaryFolder())
  const first = keptIn(store)
  await first.keep()
  const all = Array.from({ length: 20 }, (_, n) => n + 1)
  await Promise.all(all.map((n) => first.add(recordOf(n))))
  for (const n of all) count(first, n, n, 2 * n)
  await Promise.all(all.map((n) => first.remove(torrentOf(n).infoHash, n % 2 === 0)))
  const { total } = (await readAgain(store)).statistics.view()
  assert.equal([total.downloaded, total.uploaded, total.torrents_removed], [210, 420, 20])
  await store.close()
})

statistics('a torrent that is memory only counts once it is removed', async () => {
  const store = await openStore(temporaryFolder())
  const records = keptIn(store)
  await records.keep()
  await records.add(recordOf(1, true))
  count(records, 1, 50, 5)
  assert.is(records.statistics.view().total.downloaded, 0)
  await records.remove(torrentOf(1).infoHash, false)
  assert.is(records.statistics.view().total.downloaded, 50)
  await records.mark(true)
  assert.is((await readAgain(store)).statistics.view().total.downloaded, 50)
  await store.close()
  const volatile = new SessionRecords(sessionOf())
  await volatile.add(recordOf(1, true))
  count(volatile, 1, 50, 5)
  assert.is(volatile.statistics.view().total.downloaded, 50, 'nothing of its session comes back')
})

statistics('the time that it runs is kept, and that of a session that was removed is not', async () => {
  const store = await openStore(temporaryFolder())
  const records = keptIn(store)
  await records.keep()
  records.statistics.see(true)
  const ran = (): number => records.statistics.view().total.running_time_ms
  await eventually(5000, 'some of it', () => ran() > 5)
  records.statistics.see(false)
  const time = ran()
  await records.mark(true)
  assert.is((await readAgain(store)).statistics.view().total.running_time_ms, time)
  await records.drop()
  await keptIn(store).keep()
  assert.is((await readAgain(store)).statistics.view().total.running_time_ms, 0)
  await store.close()
})

statistics.run()
