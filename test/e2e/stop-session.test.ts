/** Sessions that are stopped and started by command. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { countingSession, hashRequests } from '../support/hash-count.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { freePort, takeTcp } from '../support/ports.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const stopping = suite('test/e2e/stop-session')
const waitMs = 20_000
const entry = countingSession()

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8', MEMORY_ONLY: '0' }, entry)

stopping(
  'a stopped session is there after a restart with its port and torrents, and runs when told to',
  async () => {
    const dataDir = temporaryFolder()
    const made = makeMetainfo({ name: 'kept', content: 300_000 })
    let session: SessionView
    {
      await using server = await start(dataDir)
      session = await openSession(server.rest)
      writeFiles(join(server.rootDir, 'here'), made)
      await addTorrent(server.rest, session, { file: made.bytes })
      await whenState(server.rest, session, made.infoHash, 'seeding')
      const stopped = await server.rest.call('stop_session', { session_id: session.id })
      assert.ok(['stopping', 'stopped'].includes(stopped.state))
      await whenState(server.rest, session, made.infoHash, 'stopped')
      await (await takeTcp(session.port))[Symbol.asyncDispose]() // its socket is closed
      assert.is((await openSession(server.rest, { name: 'another' })).port === session.port, false)
    }
    await using server = await start(dataDir)
    const of = { session_id: session.id }
    const { state, port, num_torrents } = await server.rest.call('get_session', of)
    assert.equal([state, port, num_torrents], ['stopped', session.port, 1])
    await whenState(server.rest, session, made.infoHash, 'stopped')
    const refused = await server.rest.ask('restart_session', of)
    assert.match(JSON.stringify(refused), 'session_stopped')
    const later = makeMetainfo({ name: 'later', content: 1000 })
    assert.is((await addTorrent(server.rest, session, { file: later.bytes })).state, 'stopped')
    const before = hashRequests()
    assert.is((await server.rest.call('start_session', of)).state, 'starting')
    await whenState(server.rest, session, made.infoHash, 'seeding')
    await whenState(server.rest, session, later.infoHash, 'downloading')
    assert.is(hashRequests(), before, 'it ended in order, so nothing is hashed')
  },
)

stopping('of stops and starts that follow each other the last one holds', async () => {
  await using server = await start(temporaryFolder())
  const session = await openSession(server.rest)
  const of = { session_id: session.id }
  for (const command of ['stop_session', 'start_session', 'stop_session', 'start_session'] as const)
    await server.rest.call(command, of)
  await eventually(waitMs, 'the session runs', async () => {
    const { state, worker } = await server.rest.call('get_session', of)
    return state === 'running' && !worker.stale
  })
  await server.rest.call('start_session', of)
  await server.rest.call('stop_session', of)
  await server.rest.call('delete_session', of)
  assert.equal((await server.rest.call('get_session_list')).sessions, [])
})

stopping('a session moves to another port, or stays where it is when that is taken', async () => {
  const dataDir = temporaryFolder()
  const made = makeMetainfo({ name: 'moved', content: 300_000 })
  const [next, later] = [await freePort(), await freePort()]
  let of: { session_id: string }
  {
    await using server = await start(dataDir)
    const session = await openSession(server.rest)
    const other = await openSession(server.rest)
    of = { session_id: session.id }
    writeFiles(join(server.rootDir, 'here'), made)
    await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, made.infoHash, 'seeding')
    const hashed = hashRequests()
    {
      const foreign = await freePort()
      await using _taken = await takeTcp(foreign)
      for (const port of [foreign, other.port]) {
        const refused = await server.rest.ask('update_session', { ...of, port, name: 'lost' })
        assert.equal(
          [refused.error?.code, refused.message],
          ['bind_failed', 'bind failed address already in use'],
        )
        const { port: kept, name } = await server.rest.call('get_session', of)
        assert.equal([kept, name], [session.port, ''])
      }
    }
    const moved = await server.rest.call('update_session', { ...of, port: next, name: 'moved' })
    assert.equal([moved.port, moved.state, moved.name], [next, 'running', 'moved'])
    await whenState(server.rest, session, made.infoHash, 'seeding')
    assert.is(hashRequests(), hashed)
    await (await takeTcp(session.port))[Symbol.asyncDispose]() // the port before is free
    assert.is(
      await takeTcp(next).then(() => 'free', String),
      `Error: listen EADDRINUSE: address already in use 127.0.0.1:${next}`,
    )
  }
  await using server = await start(dataDir)
  await eventually(waitMs, 'the session runs', async () => {
    const { state, port } = await server.rest.call('get_session', of)
    return state === 'running' && port === next
  })
  await server.rest.call('stop_session', of)
  await eventually(waitMs, 'it is stopped', async () => {
    return (await server.rest.call('get_session', of)).state === 'stopped'
  })
  assert.is((await server.rest.call('update_session', { ...of, port: later })).port, later)
  await server.rest.call('start_session', of)
  await eventually(waitMs, 'the session runs', async () => {
    const { state, port } = await server.rest.call('get_session', of)
    return state === 'running' && port === later
  })
})

stopping.run()
