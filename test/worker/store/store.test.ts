import { DatabaseSync } from 'node:sqlite'
import * as assert from 'uvu/assert'
import { noStatistics } from '../../../src/protocol/session-statistics.ts'
import { createDatabase } from '../../../src/worker/store/create-database.ts'
import { migrations } from '../../../src/worker/store/schema.ts'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import {
  checkpointOf,
  countersOf,
  loadAll,
  magnetOf,
  putSession,
  putTorrent,
  refusal,
  sessionId,
  sessionOf,
  torrentOf,
} from './fixture.ts'

const test = suite('worker/store/store')
const resting = { activeFrom: null, seedingFrom: null }

/** Changes the closed file behind the store's back. */
function change(folder: string, sql: string): void {
  const database = new DatabaseSync(storeFiles(folder).database)
  database.exec(sql)
  database.close()
}

test('what was written is there after it was opened again, in the order of creation', async () => {
  const folder = temporaryFolder()
  const store = await openStore(folder)
  const torrents = [3, 1, 2].map((n) => torrentOf(n))
  await store.write([putSession(2), putSession(1)])
  await store.write(torrents.map((torrent) => putTorrent(torrent)))
  await store.write([putSession(2)])
  await store.close()
  const again = await openStore(folder)
  const all = await loadAll(again)
  await again.close()
  assert.equal(
    all.sessions,
    [2, 1].map((n) => ({
      session: sessionOf(n),
      bans: [],
      clean: false,
      removed: false,
      statistics: noStatistics,
    })),
  )
  assert.equal(
    all.torrents,
    torrents.map((torrent) => ({
      sessionId: sessionId(),
      torrent,
      checkpoint: undefined,
      removal: undefined,
    })),
  )
  assert.equal(all.skipped, [])
  assert.is(again.opening.storeId, store.opening.storeId)
  assert.equal([store.opening.created, again.opening.created], [true, false])
})

test('a batch is written in whole or not at all', async () => {
  const store = await openStore(temporaryFolder())
  const error = await refusal(store.write([putSession(), putTorrent(torrentOf(1), sessionId(9))]))
  const { sessions } = await loadAll(store)
  await store.close()
  assert.is(error.code, 'session_not_found')
  assert.equal(sessions, [])
})

test('a torrent that is put again changes, and keeps its metainfo and its place', async () => {
  const store = await openStore(temporaryFolder())
  const [first, second] = [torrentOf(1), torrentOf(2)]
  await store.write([putSession(), putTorrent(first), putTorrent(second)])
  const stopped = { ...first, started: false, quarantine: 'why' }
  const light = { ...stopped, facts: undefined, source: { ...first.source, rawInfo: undefined } }
  await store.write([putTorrent(light)])
  const { torrents } = await loadAll(store)
  await store.close()
  assert.equal(
    torrents.map(({ torrent }) => torrent),
    [stopped, second],
  )
})

test('metadata that arrives later completes a magnet', async () => {
  const store = await openStore(temporaryFolder())
  const { torrent, rawInfo, facts } = magnetOf(1)
  const { infoHash } = torrent
  await store.write([putSession(), putTorrent(torrent)])
  const before = await loadAll(store)
  await store.write([{ type: 'put_metadata', sessionId: sessionId(), infoHash, rawInfo, facts }])
  const after = await loadAll(store)
  await store.close()
  assert.equal(before.torrents[0]?.torrent, torrent)
  assert.equal(after.torrents[0]?.torrent, torrentOf(1))
  const loaded = after.torrents[0]?.torrent.source.rawInfo
  assert.instance(loaded?.buffer, SharedArrayBuffer, 'threads share it')
})

test('a checkpoint replaces the one before, and counters leave the rest of it', async () => {
  const store = await openStore(temporaryFolder())
  const { infoHash } = torrentOf(1)
  const key = { sessionId: sessionId(), infoHash }
  await store.write([putSession(), putTorrent(torrentOf(1))])
  await store.write([{ type: 'put_counters', ...key, ...resting, counters: countersOf(1) }])
  const counted = await loadAll(store)
  await store.write([{ type: 'checkpoint', ...key, checkpoint: { ...checkpointOf(1), openForWriting: [] } }])
  await store.write([{ type: 'checkpoint', ...key, checkpoint: checkpointOf(5) }])
  const counters = countersOf(6)
  await store.write([{ type: 'put_counters', ...key, ...resting, counters }])
  const after = await loadAll(store)
  await store.close()
  assert.equal(counted.torrents[0]?.checkpoint, {
    bits: undefined,
    files: [],
    openForWriting: [],
    counters: countersOf(1),
  })
  assert.equal(after.torrents[0]?.checkpoint, { ...checkpointOf(5), counters })
})

test('times go on with what their session runs, until they are written again', async () => {
  const store = await openStore(temporaryFolder())
  const { infoHash } = torrentOf(1)
  const key = { sessionId: sessionId(), infoHash }
  const counters = { ...countersOf(1), activeTimeMs: 1000, seedingTimeMs: 100 }
  const times = async (): Promise<unknown> => {
    const { activeTimeMs, seedingTimeMs } = (await loadAll(store)).torrents[0]?.checkpoint?.counters ?? {}
    return [activeTimeMs, seedingTimeMs]
  }
  const run = async (runningMs: number): Promise<void> =>
    await store.write([
      { type: 'count_session', sessionId: sessionId(), done: { ...noStatistics, runningMs } },
    ])
  await store.write([
    putSession(),
    putTorrent(torrentOf(1)),
    { type: 'put_counters', ...key, counters, activeFrom: 20, seedingFrom: null },
  ])
  const seen = [await times()]
  await run(15)
  seen.push(await times())
  await run(25)
  seen.push(await times())
  await store.write([{ type: 'put_counters', ...key, counters, activeFrom: 30, seedingFrom: 40 }])
  await run(10)
  seen.push(await times())
  await store.write([{ type: 'checkpoint', ...key, checkpoint: { ...checkpointOf(1), counters } }])
  await run(10)
  seen.push(await times())
  await store.close()
  assert.equal(seen, [
    [1000, 100],
    [1000, 100],
    [1020, 100],
    [1020, 110],
    [1000, 100],
  ])
})

test('a change of what is not there is nothing', async () => {
  const store = await openStore(temporaryFolder())
  const key = { sessionId: sessionId(), infoHash: torrentOf(1).infoHash }
  await store.write([
    putSession(),
    { type: 'checkpoint', ...key, checkpoint: checkpointOf(1) },
    { type: 'remove_torrent', ...key, removalId: 'a', deleteData: true },
    { type: 'finish_removal', ...key, removalId: 'a' },
    { type: 'mark_clean', sessionId: sessionId(5), clean: true },
    { type: 'remove_session', sessionId: sessionId(5), removalId: 'b' },
  ])
  const { sessions, torrents } = await loadAll(store)
  await store.close()
  assert.is(sessions.length, 1)
  assert.equal(torrents, [])
})

test('a removal stays until it is finished, beside the same torrent added again', async () => {
  const store = await openStore(temporaryFolder())
  const torrent = torrentOf(1)
  const key = { sessionId: sessionId(), infoHash: torrent.infoHash }
  await store.write([putSession(), putTorrent(torrent)])
  await store.write([
    { type: 'checkpoint', ...key, checkpoint: checkpointOf(1) },
    { type: 'remove_torrent', ...key, removalId: 'first', deleteData: true },
    putTorrent(torrent),
  ])
  await store.write([
    { type: 'remove_torrent', ...key, removalId: 'second', deleteData: false },
    putTorrent(torrent),
  ])
  const open = await loadAll(store)
  await store.write([{ type: 'finish_removal', ...key, removalId: 'first' }])
  await store.write([{ type: 'finish_removal', ...key, removalId: '' }])
  const finished = await loadAll(store)
  await store.close()
  assert.equal(
    open.torrents.map(({ removal }) => removal),
    [{ id: 'first', deleteData: true }, { id: 'second', deleteData: false }, undefined],
  )
  assert.equal(open.torrents[0]?.torrent, torrent)
  assert.equal(open.torrents[0]?.checkpoint, checkpointOf(1))
  assert.is(open.torrents[2]?.checkpoint, undefined)
  assert.equal(
    finished.torrents.map(({ removal }) => removal?.id),
    ['second', undefined],
  )
})

test('a clean end is remembered until the session is marked as running', async () => {
  const folder = temporaryFolder()
  const cleanAtNextStart = async (clean: boolean): Promise<boolean | undefined> => {
    const store = await openStore(folder)
    await store.write([putSession(), { type: 'mark_clean', sessionId: sessionId(), clean }])
    await store.close()
    const again = await openStore(folder)
    const { sessions } = await loadAll(again)
    await again.close()
    return sessions[0]?.clean
  }
  assert.is(await cleanAtNextStart(true), true)
  assert.is(await cleanAtNextStart(false), false)
})

test('many torrents come in pages', async () => {
  const store = await openStore(temporaryFolder())
  const torrents = Array.from({ length: 1_200 }, (_, n) => torrentOf(n, 100))
  const large = [torrentOf(5_000, 700_000), torrentOf(5_001, 700_000), torrentOf(5_002, 3_000_000)]
  await store.write([putSession(), ...[...torrents, ...large].map((torrent) => putTorrent(torrent))])
  const loaded = await loadAll(store)
  await store.close()
  assert.equal(
    loaded.torrents.map(({ torrent }) => torrent.infoHash),
    [...torrents, ...large].map(({ infoHash }) => infoHash),
  )
  assert.ok(loaded.pages >= 5, `${loaded.pages} pages`)
})

test('a row that cannot be read is skipped and named, and the others are loaded', async () => {
  const folder = temporaryFolder()
  const store = await openStore(folder)
  const torrents = [1, 2, 3, 4, 5].map((n) => torrentOf(n))
  await store.write([putSession(1), putSession(2), ...torrents.map((torrent) => putTorrent(torrent))])
  await store.close()
  const of = (n: number): string => `'${torrents[n]?.infoHash ?? ''}'`
  change(
    folder,
    `UPDATE session SET record = json_remove(record, '$.settings.dht') WHERE id = '${sessionId(2)}';
     UPDATE torrent SET record = '{' WHERE info_hash = ${of(0)};
     UPDATE torrent SET facts = json_set(facts, '$.pieceCount', 'x') WHERE info_hash = ${of(1)};
     UPDATE metainfo SET raw_info = x'00' WHERE torrent = (SELECT seq FROM torrent WHERE info_hash = ${of(2)});
     INSERT INTO checkpoint (torrent, files)
       SELECT seq, x'00' FROM torrent WHERE info_hash = ${of(3)}`,
  )
  const again = await openStore(folder)
  const loaded = await loadAll(again)
  await again.close()
  assert.equal(
    loaded.skipped.map((row) => [row.sessionId, row.infoHash, row.reason.split(':')[0]]),
    [
      [sessionId(2), undefined, 'record.settings.dht'],
      [sessionId(1), torrents[0]?.infoHash, 'record'],
      [sessionId(1), torrents[1]?.infoHash, 'facts.pieceCount'],
      [sessionId(1), torrents[2]?.infoHash, 'raw_info'],
      [sessionId(1), torrents[3]?.infoHash, 'files'],
    ],
  )
  assert.equal(
    loaded.sessions.map(({ session }) => session.id),
    [sessionId(1)],
  )
  assert.equal(
    loaded.torrents.map(({ torrent }) => torrent.infoHash),
    [torrents[4]?.infoHash],
  )
})

// A failure here means that a record has a new field: stores that exist need a migration that fills it in.
test('rows as schema 1 wrote them are loaded', async () => {
  const folder = temporaryFolder()
  createDatabase(storeFiles(folder), migrations.slice(0, 1))
  change(
    folder,
    `INSERT INTO session (id, record) VALUES ('${sessionId()}', '{"name":"s","ports":[1],"memoryOnly":false,
      "createdAt":1,"settings":{"dht":true,"lsd":true,"pex":true,"upnp":true,"nat_pmp":true,
      "download_limit":0,"upload_limit":0,"max_peers":55}}');
     INSERT INTO torrent (session, info_hash, record, facts) VALUES (1, '${'a'.repeat(40)}', '{"source":
      {"name":"t","trackers":[["u"]],"webSeeds":[],"peers":[]},"saveFolder":"/f","savePath":"f",
      "storageMode":"sparse","memoryOnly":false,"started":true,"addedAt":1}', '{"name":"t","totalSize":1,
      "private":false,"pieceLength":1,"pieceCount":1}')`,
  )
  const store = await openStore(folder)
  const { sessions, torrents, skipped } = await loadAll(store)
  await store.close()
  assert.equal([sessions.length, torrents.length, skipped], [1, 1, []])
})

test('a closed store refuses with shutting_down', async () => {
  const store = await openStore(temporaryFolder())
  const waiting = store.write([putSession()])
  await store.close()
  await waiting
  assert.is((await refusal(store.write([putSession()]))).code, 'shutting_down')
  assert.is((await refusal(store.load())).code, 'shutting_down')
  assert.is((await refusal(store.backup())).code, 'shutting_down')
})

test.run()
