/** What a server remembers over a restart: sessions with their ports, torrents, counters, and proved pieces. */
import { copyFileSync, existsSync, renameSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { countingSession, hashRequests } from '../support/hash-count.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { takeTcp } from '../support/ports.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const restart = suite('test/e2e/restart')
const waitMs = 20_000
const entry = countingSession()

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8', MEMORY_ONLY: '0' }, entry)

const files = [
  { path: 'a', content: 500_000 },
  { path: 'sub/b', content: 300_000 },
]

/** A session that seeds files which were there, and whose server has ended after what is last done to it. */
async function seeding(
  dataDir: string,
  last: (server: TestServer, of: { session_id: string; info_hash: string }) => Promise<void> = () =>
    Promise.resolve(),
) {
  const made = makeMetainfo({ name: 'kept', files })
  await using server = await start(dataDir)
  const session = await openSession(server.rest, { name: 'durable' })
  writeFiles(join(server.rootDir, 'here'), made)
  const added = await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'seeding')
  await last(server, { session_id: session.id, info_hash: made.infoHash })
  return { made, session, added, folder: join(server.rootDir, 'here', 'kept') }
}

restart('a session comes back with its id, name, port and torrents, and nothing is hashed', async () => {
  const dataDir = temporaryFolder()
  const { made, session, added } = await seeding(dataDir)
  const named = { session_id: session.id, info_hash: made.infoHash }
  const before = hashRequests()
  {
    await using server = await start(dataDir)
    const torrent = await whenState(server.rest, session, made.infoHash, 'seeding')
    const { id, name, port, state } = (await server.rest.call('get_session_list')).sessions[0] ?? {}
    assert.equal([id, name, port, state], [session.id, 'durable', session.port, 'running'])
    assert.is(torrent.added_at, added.added_at)
    assert.is(torrent.progress, 1)
    await server.rest.call('stop_torrent', named)
    await whenState(server.rest, session, made.infoHash, 'stopped')
  }
  // one that is stopped stays so, and starts without a hash as well
  await using server = await start(dataDir)
  await whenTorrent(
    server.rest,
    session,
    made.infoHash,
    ({ state, progress }) => state === 'stopped' && progress === 1,
  )
  await server.rest.call('start_torrent', named)
  await whenState(server.rest, session, made.infoHash, 'seeding')
  assert.is(hashRequests(), before)
})

restart('only the pieces of a file that changed are hashed', async () => {
  const dataDir = temporaryFolder()
  const { made, session, folder } = await seeding(dataDir)
  utimesSync(join(folder, 'a'), 1, 1)
  const before = hashRequests()
  {
    await using server = await start(dataDir)
    await whenState(server.rest, session, made.infoHash, 'seeding')
    assert.is(hashRequests() - before, 1, 'one range of so few bytes')
  }
  // one that was replaced is an error that a start turns into a download
  copyFileSync(join(folder, 'sub/b'), join(folder, 'a'))
  await using server = await start(dataDir)
  const torrent = await whenState(server.rest, session, made.infoHash, 'error')
  assert.is(torrent.error?.code, 'files_changed')
  await server.rest.call('start_torrent', { session_id: session.id, info_hash: made.infoHash })
  const { progress } = await whenState(server.rest, session, made.infoHash, 'downloading')
  assert.ok(progress > 0.3 && progress < 0.5, String(progress))
})

restart(
  'a port that is taken leaves the session failed with its torrents until it is restarted',
  async () => {
    const dataDir = temporaryFolder()
    const { made, session } = await seeding(dataDir)
    const taken = await takeTcp(session.port)
    await using server = await start(dataDir)
    const view = async () => await server.rest.call('get_session', { session_id: session.id })
    const failed = await eventually(waitMs, 'failed', async () => {
      const now = await view()
      return now.state === 'failed' && now
    })
    assert.is(failed.last_error?.code, 'bind_failed')
    assert.is(failed.port, session.port)
    const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
    assert.equal(
      torrents.map(({ info_hash }) => info_hash),
      [made.infoHash],
    )
    await taken[Symbol.asyncDispose]()
    await server.rest.call('restart_session', { session_id: session.id })
    await whenState(server.rest, session, made.infoHash, 'seeding')
    assert.is((await view()).port, session.port)
  },
)

restart('what was removed stays removed, and its files are deleted once', async () => {
  const dataDir = temporaryFolder()
  const { made, session, folder } = await seeding(dataDir, async (server, of) => {
    await server.rest.call('delete_torrent', { ...of, delete_data: 1 })
  })
  await using server = await start(dataDir)
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
  assert.equal(torrents, [], made.infoHash)
  await eventually(waitMs, 'deleted', () => !existsSync(folder))
})

restart('a save path that is gone is an error and is not made anew', async () => {
  const dataDir = temporaryFolder()
  const { made, session, folder } = await seeding(dataDir)
  const place = dirname(folder)
  renameSync(place, `${place}-away`)
  {
    await using server = await start(dataDir)
    const { error } = await whenState(server.rest, session, made.infoHash, 'error')
    assert.is(error?.code, 'files_changed')
    assert.not(existsSync(place))
  }
  renameSync(`${place}-away`, place)
  const before = hashRequests()
  await using server = await start(dataDir)
  await whenState(server.rest, session, made.infoHash, 'seeding')
  assert.is(hashRequests(), before)
})

caseWith(restart, 'counters go on where they were', ['libtorrent'], async () => {
  const dataDir = temporaryFolder()
  await using seed = await startSeed({ content: 1_000_000 })
  const { infoHash } = seed.made
  let session
  let before
  {
    await using server = await start(dataDir)
    session = await openSession(server.rest)
    await addTorrent(server.rest, session, { magnet: seed.magnet })
    await whenState(server.rest, session, infoHash, 'seeding')
    await using leech = await startLeech(seed.made)
    await leech.download(session.port)
    before = await whenTorrent(server.rest, session, infoHash, ({ uploaded }) => uploaded >= 1_000_000)
  }
  await using server = await start(dataDir)
  const after = await whenState(server.rest, session, infoHash, 'seeding')
  assert.ok(after.downloaded >= before.downloaded && before.downloaded >= 1_000_000)
  assert.ok(after.uploaded >= before.uploaded)
  assert.ok(after.ratio >= before.ratio && after.ratio > 0.5)
  assert.is(after.added_at, before.added_at)
})

restart.run()
