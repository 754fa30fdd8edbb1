/** Records over a real store: what callers of one torrent do at the same time stays in order. */
import { noCounters } from '../../../src/protocol/counters.ts'
import * as assert from 'uvu/assert'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { rowOfRecord, type TorrentRecord } from '../../../src/protocol/records.ts'
import type { StoreOperation } from '../../../src/protocol/store-rpc.ts'
import type { TorrentRow } from '../../../src/protocol/torrent.ts'
import { openStore, type Store } from '../../../src/worker/store/store.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { checkpointOf, loadAll, magnetOf, refusal, sessionOf, torrentOf } from '../../worker/store/fixture.ts'

const keeping = suite('src/main/records/session-records')

const record: TorrentRecord = {
  ...torrentOf(1),
  counters: noCounters,
  bits: undefined,
}
const { infoHash } = record

/** Records with one torrent, kept in a store. */
async function withTorrent(run: (records: SessionRecords, store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(temporaryFolder())
  try {
    const records = new SessionRecords(sessionOf(), {
      journal: { write: (...operations) => store.write(operations) },
      onFailed: (error) => assert.unreachable(String(error)),
    })
    await records.keep()
    await records.add(record)
    await run(records, store)
  } finally {
    await store.close()
  }
}

const kept = async (store: Store): Promise<boolean[]> =>
  (await loadAll(store)).torrents
    .filter(({ removal }) => removal === undefined)
    .map(({ torrent }) => torrent.started)

keeping('a decision that waits for the disk does not bring a removed torrent back', async () => {
  await withTorrent(async (records, store) => {
    const removing = records.remove(infoHash, false)
    const deciding = refusal(records.decide(infoHash, { started: false }))
    assert.ok(await removing)
    assert.is((await deciding).code, 'torrent_not_found')
    assert.equal(await kept(store), [])
    assert.is(records.torrents.size, 0)
  })
})

keeping('of two removals at the same time one is told that there is none', async () => {
  await withTorrent(async (records) => {
    const [one, other] = await Promise.all([records.remove(infoHash, false), records.remove(infoHash, true)])
    assert.ok(one)
    assert.is(other, undefined)
    assert.is(records.removals.size, 1)
  })
})

const removalsOf = async (store: Store): Promise<(boolean | undefined)[]> =>
  (await loadAll(store)).torrents.map(({ removal }) => removal?.deleteData)

keeping('a torrent that is added again takes over the files that were to be deleted', async () => {
  await withTorrent(async (records, store) => {
    const removal = await records.remove(infoHash, true)
    assert.equal(await removalsOf(store), [true])
    await records.add({ ...record, saveFolder: '/elsewhere' })
    assert.is(removal?.deleteData, true, 'its own files lie elsewhere')
    await records.remove(infoHash, false)
    await records.add(record)
    assert.is(removal?.deleteData, false)
    assert.equal((await removalsOf(store)).sort(), [false, false, undefined])
    await records.drop()
    assert.equal((await loadAll(store)).sessions, [], 'nothing is left to be done for it')
  })
})

keeping('a torrent that is added again where a move had copies takes these over', async () => {
  await withTorrent(async (records, store) => {
    const { torrent, rawInfo, facts } = magnetOf(1)
    const elsewhere = { saveFolder: '/copies', savePath: 'copies' }
    const again = { ...record, ...elsewhere }
    await records.decide(infoHash, { elsewhere })
    const one = await records.remove(infoHash, false)
    await records.add({ ...record, saveFolder: '/another' })
    assert.equal(one?.record.elsewhere, elsewhere)
    await records.decide(infoHash, { elsewhere })
    const other = await records.remove(infoHash, true)
    await records.add({ ...again, ...torrent, ...elsewhere })
    assert.equal(other?.record.elsewhere, elsewhere, 'it does not know its files')
    records.learn(infoHash, rawInfo, facts)
    assert.equal([one?.record.elsewhere, other?.record.elsewhere], [undefined, undefined])
    assert.is(other?.deleteData, true, 'what it had in its own place')
    await records.mark(true)
    const removed = (await loadAll(store)).torrents.filter(({ removal }) => removal !== undefined)
    assert.equal(removed.map(({ torrent: { elsewhere: left } }) => left), [undefined, undefined]) // prettier-ignore
  })
})

keeping('files that were renamed are deleted although their torrent is added again', async () => {
  await withTorrent(async (records) => {
    records.change(infoHash, { renamed: [{ index: 0, path: 'another name' }] })
    const removal = await records.remove(infoHash, true)
    await records.add(record)
    assert.is(removal?.deleteData, true)
  })
})

keeping('a magnet link takes over the files that were to be deleted once it knows them', async () => {
  await withTorrent(async (records, store) => {
    const removal = await records.remove(infoHash, true)
    const { torrent, rawInfo, facts } = magnetOf(1)
    await records.add({ ...record, ...torrent })
    assert.is(removal?.deleteData, true)
    records.learn(infoHash, rawInfo, facts)
    assert.is(removal?.deleteData, false)
    await records.mark(true)
    assert.equal(await removalsOf(store), [false, undefined])
  })
})

keeping('decisions are kept in the order in which they were made, each with those before', async () => {
  await withTorrent(async (records, store) => {
    const decisions = [false, true, false, true, false].map((started) =>
      records.decide(infoHash, { started }),
    )
    await Promise.all(decisions)
    assert.equal(await kept(store), [false])
    assert.is(records.torrents.get(infoHash)?.started, false)
  })
})

keeping('what is not believed any more is proved again as after an end without order', async () => {
  await withTorrent(async (records) => {
    records.change(infoHash, { bits: new SharedArrayBuffer(1) })
    records.checkpoint(infoHash, checkpointOf(1))
    records.distrust(infoHash)
    const { bits, resume } = records.torrents.get(infoHash) ?? record
    assert.is(bits, undefined)
    assert.is(resume?.clean, false)
    await records.mark(true)
  })
})

keeping('counters of a late checkpoint never fall', async () => {
  await withTorrent(async (records, store) => {
    records.checkpoint(infoHash, checkpointOf(9))
    records.checkpoint(infoHash, checkpointOf(5))
    await records.mark(true)
    assert.is(records.torrents.get(infoHash)?.counters.downloaded, 9)
    assert.is((await loadAll(store)).torrents[0]?.checkpoint?.counters.downloaded, 9)
  })
})

keeping('time is counted in the states in which a torrent runs, and in no other', async () => {
  await withTorrent(async (records, store) => {
    const states = ['downloading', 'seeding', 'stopped', 'checking_files', 'error', 'downloading'] as const
    const times: [string, number, number][] = []
    for (const state of states) {
      records.counting.observe([{ ...rowOfRecord(record), state }])
      const before = timesOf(records)
      await timePasses()
      const after = timesOf(records)
      times.push([state, after.active - before.active, after.seeding - before.seeding])
    }
    for (const [state, active, seeding] of times) {
      assert.is(active > 0, state === 'downloading' || state === 'seeding', state)
      assert.is(seeding > 0, state === 'seeding', state)
    }
    records.counting.rest()
    const rested = timesOf(records)
    await timePasses()
    assert.equal(timesOf(records), rested, 'nothing runs without a worker')
    await records.mark(true)
    const { counters } = (await loadAll(store)).torrents[0]?.checkpoint ?? {}
    assert.equal([counters?.activeTimeMs, counters?.seedingTimeMs], [rested.active, rested.seeding])
  })
})

keeping('counters are written when more than time has passed, and tell since when that goes on', async () => {
  const writes: StoreOperation[] = []
  let isFull = false
  const records = new SessionRecords(sessionOf(), {
    journal: {
      write: (...operations) => {
        if (isFull) return Promise.reject(new Error('no space'))
        writes.push(...operations)
        return Promise.resolve()
      },
    },
    onFailed: () => undefined,
  })
  await records.add(record)
  const row = rowOfRecord(record)
  const kept = (changed: Partial<TorrentRow>): string[] => {
    writes.length = 0
    records.counting.observe([{ ...row, ...changed }])
    records.counting.keep()
    return writes.flatMap((one) =>
      one.type === 'put_counters'
        ? [one.activeFrom, one.seedingFrom].map((from) => (from === null ? 'rests' : 'goes on'))
        : [],
    )
  }
  assert.equal(kept({ state: 'downloading' }), ['goes on', 'rests'])
  assert.equal(kept({ state: 'downloading' }), [])
  assert.equal(kept({ state: 'downloading', downloaded: 8 }), ['goes on', 'rests'])
  assert.equal(kept({ state: 'seeding' }), ['goes on', 'goes on'])
  assert.equal(kept({ state: 'finished' }), [])
  records.checkpoint(infoHash, checkpointOf(9))
  assert.equal(kept({ state: 'seeding' }), ['goes on', 'goes on'], 'those of a checkpoint rest')
  isFull = true
  assert.equal(kept({ state: 'seeding', uploaded: 2 ** 46 }), [])
  isFull = false
  await records.mark(false) // what failed has failed by then
  assert.equal(kept({ state: 'seeding', uploaded: 2 ** 46 }), ['goes on', 'goes on'], 'what was not written')
  assert.equal(kept({ state: 'stopped' }), ['rests', 'rests'])
  assert.equal(kept({ state: 'stopped' }), [])
  records.counting.observe([{ ...row, state: 'seeding' }])
  writes.length = 0
  records.counting.rest()
  assert.is(writes[0]?.type, 'put_counters')
})

keeping('a kill loses no time that the session was seen to run', async () => {
  await withTorrent(async (records, store) => {
    records.statistics.see(true)
    records.counting.observe([{ ...rowOfRecord(record), state: 'seeding' }])
    records.counting.keep()
    await timePasses()
    records.counting.keep() // of the torrent nothing is written
    await records.keep() // what was written before it is durable then
    const { torrents, sessions } = await loadAll(store)
    const { counters } = torrents[0]?.checkpoint ?? {}
    assert.ok((counters?.seedingTimeMs ?? 0) >= 2, 'it has the time that came after it was written')
    assert.ok((counters?.seedingTimeMs ?? 0) <= (sessions[0]?.statistics.runningMs ?? 0))
  })
})

keeping('torrents that stop together are written together', async () => {
  const writes: (readonly StoreOperation[])[] = []
  const records = new SessionRecords(sessionOf(), {
    journal: {
      write: (...operations) => {
        writes.push(operations)
        return Promise.resolve()
      },
    },
    onFailed: (error) => assert.unreachable(String(error)),
  })
  const both = [record, { ...record, infoHash: 'f'.repeat(40) }]
  for (const one of both) await records.add(one)
  for (const state of ['seeding', 'stopped'] as const) {
    writes.length = 0
    records.counting.observe(both.map((one) => ({ ...rowOfRecord(one), state })))
  }
  assert.equal(
    writes.map((operations) => operations.map(({ type }) => type)),
    [['put_counters', 'put_counters']],
  )
})

/** Settles when the clock has gone on. */
async function timePasses(): Promise<void> {
  const from = performance.now()
  await eventually(1000, 'time passes', () => performance.now() > from + 2)
}

function timesOf(records: SessionRecords): { active: number; seeding: number } {
  const { activeTimeMs, seedingTimeMs } = records.counting.read(records.torrents.get(infoHash) ?? record)
  return { active: activeTimeMs, seeding: seedingTimeMs }
}

keeping.run()
