import * as assert from 'uvu/assert'
import { openStore } from '../../../src/worker/store/store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { loadAll, putSession, putTorrent, refusal, sessionId, torrentOf } from './fixture.ts'

const test = suite('worker/store: removed sessions')

test('a removed session takes its torrents with it', async () => {
  const store = await openStore(temporaryFolder())
  await store.write([putSession(1), putSession(2)])
  await store.write([putTorrent(torrentOf(1)), putTorrent(torrentOf(1), sessionId(2))])
  await store.write([{ type: 'remove_session', sessionId: sessionId(1), removalId: 'a' }])
  const { sessions, torrents } = await loadAll(store)
  await store.close()
  assert.equal(
    sessions.map(({ session }) => session.id),
    [sessionId(2)],
  )
  assert.equal(
    torrents.map((torrent) => torrent.sessionId),
    [sessionId(2)],
  )
})

test('a removed session stays as removed until what it had to delete is deleted, and takes nothing more', async () => {
  const store = await openStore(temporaryFolder())
  const moved = { saveFolder: '/data/there', savePath: 'there' }
  const torrents = [1, 2, 3, 4, 5].map((n) => ({ ...torrentOf(n), ...(n > 3 && { elsewhere: moved }) }))
  const keys = torrents.map(({ infoHash }) => ({ sessionId: sessionId(), infoHash }))
  const [kept, left, , begun, halfway] = keys
  assert.ok(kept && left && begun && halfway)
  await store.write([putSession(), ...torrents.map((torrent) => putTorrent(torrent))])
  await store.write([
    { type: 'remove_torrent', ...kept, removalId: 'data', deleteData: true },
    { type: 'remove_torrent', ...left, removalId: 'no data', deleteData: false },
    { type: 'remove_torrent', ...begun, removalId: 'copies', deleteData: false },
    { type: 'remove_session', sessionId: sessionId(), removalId: 'last' },
  ])
  const late = await refusal(store.write([putTorrent(torrentOf(6))]))
  const removed = await loadAll(store)
  const lastRemoval = `last/${halfway.infoHash}`
  await store.write([
    { type: 'finish_removal', ...kept, removalId: 'data' },
    { type: 'finish_removal', ...begun, removalId: 'copies' },
  ])
  const unfinished = await loadAll(store)
  await store.write([{ type: 'finish_removal', ...halfway, removalId: lastRemoval }])
  const finished = await loadAll(store)
  await store.close()
  assert.is(late.code, 'session_not_found')
  assert.equal(
    removed.sessions.map((session) => session.removed),
    [true],
  )
  assert.equal(
    removed.torrents.map(({ removal }) => removal),
    [
      { id: 'data', deleteData: true },
      { id: 'copies', deleteData: false },
      { id: lastRemoval, deleteData: false },
    ],
  )
  assert.equal([unfinished.sessions.length, unfinished.torrents.length], [1, 1])
  assert.equal([finished.sessions, finished.torrents], [[], []])
})

test.run()
