import * as assert from 'uvu/assert'
import fc from 'fast-check'
import { seriesOf } from '../../../src/main/history/series.ts'
import { historySteps, type HistoryRow } from '../../../src/protocol/history.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { sessionId, sessionOf, torrentOf } from '../../worker/store/fixture.ts'

const test = suite('main/history/history')
const { minute, hour, day } = historySteps
const start = 20_000 * day.ms

const row = (minutes: number, fields: Partial<HistoryRow> = {}): HistoryRow => ({
  sessionId: sessionId(1),
  infoHash: '',
  at: start + minutes * minute.ms,
  downloaded: 10,
  uploaded: 1,
  isVolatile: false,
  ...fields,
})

test('minutes are summed in hours and days, and what is too old is dropped', async () => {
  const store = await openStore(temporaryFolder())
  await store.write([{ type: 'put_session', session: sessionOf(1) }])
  const rows = [0, 1, 61, 61, 24 * 60 + 2, 33 * 24 * 60].map((minutes) => row(minutes))
  await store.write([{ type: 'put_history', rows }])
  const find = async (stepMs: number) => {
    const query = { sessionId: sessionId(1), infoHash: '', stepMs, from: 0, to: Number.MAX_SAFE_INTEGER }
    const { buckets } = await store.loadHistory(query)
    return buckets.map(({ at, downloaded, uploaded }) => [(at - start) / stepMs, downloaded, uploaded])
  }
  assert.equal(await find(minute.ms), [[33 * 24 * 60, 10, 1]])
  assert.equal(await find(hour.ms), [[33 * 24, 10, 1]])
  assert.equal(await find(day.ms), [[0, 40, 4], [1, 10, 1], [33, 10, 1]]) // prettier-ignore
  await store.close()
})

test('history is there after a restart, unless its session is memory only, and goes with what it is of', async () => {
  const dataDir = temporaryFolder()
  const torrent = torrentOf(1)
  const { infoHash } = torrent
  const query = (session: string, hash: string) => ({ sessionId: session, infoHash: hash, ...everything })
  const everything = { stepMs: minute.ms, from: 0, to: Number.MAX_SAFE_INTEGER }
  {
    const store = await openStore(dataDir)
    await store.write([
      { type: 'put_session', session: sessionOf(1) },
      { type: 'put_torrent', sessionId: sessionId(1), torrent },
      { type: 'put_history', rows: [row(0), row(0, { infoHash }), row(1), row(0, { sessionId: 'volatile', isVolatile: true })] }, // prettier-ignore
    ])
    const found = await store.loadHistory(query(sessionId(1), infoHash))
    assert.equal([found.buckets.length, found.measured.length], [1, 2])
    assert.is((await store.loadHistory(query('volatile', ''))).buckets.length, 1)
    await store.close()
  }
  {
    const store = await openStore(dataDir)
    assert.is((await store.loadHistory(query(sessionId(1), infoHash))).buckets.length, 1)
    assert.is((await store.loadHistory(query('volatile', ''))).buckets.length, 0)
    await store.write([{ type: 'forget_history', sessionId: sessionId(1), infoHash }])
    assert.is((await store.loadHistory(query(sessionId(1), infoHash))).buckets.length, 0)
    assert.is((await store.loadHistory(query(sessionId(1), ''))).buckets.length, 2)
    await store.write([{ type: 'remove_session', sessionId: sessionId(1), removalId: 'a' }])
    await store.close()
  }
  const store = await openStore(dataDir)
  assert.is((await store.loadHistory(query(sessionId(1), ''))).buckets.length, 0)
  await store.close()
})

test('a series has every bucket once: what was moved, 0 where nothing was, null where nobody looked', () => {
  const range = { stepMs: minute.ms, from: start, to: start + 5 * minute.ms, since: start, now: start + 4.5 * minute.ms } // prettier-ignore
  const [first, , third, , last] = [0, 1, 2, 3, 4].map((minutes) => start + minutes * minute.ms)
  const buckets = [{ at: Number(last), downloaded: 3000, uploaded: 60 }]
  const { times, downloaded, download_rate, upload_rate, total_downloaded } = seriesOf(
    { buckets, measured: [Number(first), Number(third), Number(last)] },
    range,
  )
  assert.is(times.length, 5)
  assert.equal(downloaded, [0, null, 0, null, 3000])
  assert.equal(download_rate, [0, null, 0, null, 100])
  assert.equal(upload_rate, [0, null, 0, null, 2])
  assert.is(total_downloaded, 3000)
  const late = seriesOf({ buckets: [], measured: [Number(first), Number(third)] }, { ...range, since: start + minute.ms }) // prettier-ignore
  assert.equal(late.downloaded, [null, null, 0, null, null])
})

test('the total of a series is that of its buckets in range', () => {
  const amounts = fc.uniqueArray(fc.record({ minutes: fc.nat(200), downloaded: fc.nat(), uploaded: fc.nat() }), { selector: ({ minutes }) => minutes }) // prettier-ignore
  fc.assert(
    fc.property(amounts, (made) => {
      const buckets = made.map(({ minutes, ...rest }) => ({ at: start + minutes * minute.ms, ...rest }))
      const range = { stepMs: minute.ms, from: start, to: start + 100 * minute.ms, since: 0, now: Infinity }
      const { total_downloaded, times } = seriesOf({ buckets, measured: [] }, range)
      const inRange = buckets.filter(({ at }) => at < range.to)
      assert.is(total_downloaded, inRange.reduce((sum, { downloaded }) => sum + downloaded, 0)) // prettier-ignore
      assert.is(new Set(times).size, 100)
    }),
  )
})

test.run()
