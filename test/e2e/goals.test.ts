/** Torrents that have given enough: they are stopped or removed, once. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const goals = suite('test/e2e/goals')
const waitMs = 20_000

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8', MEMORY_ONLY: '0' })

caseWith(
  goals,
  'a torrent that has sent its ratio is stopped, and not again after a start, over a restart too',
  ['libtorrent'],
  async () => {
    const dataDir = temporaryFolder()
    const [given, kept] = [
      makeMetainfo({ name: 'given', content: 300_000 }),
      makeMetainfo({ name: 'kept', content: 1 }),
    ]
    await using leech = await startLeech(given)
    const of = { session_id: '', info_hash: given.infoHash }
    let session
    {
      await using server = await start(dataDir)
      session = await openSession(server.rest, { ratio_goal: '0.5' })
      of.session_id = session.id
      for (const made of [given, kept]) {
        writeFiles(join(server.rootDir, 'here'), made)
        await addTorrent(server.rest, session, { file: made.bytes })
        await whenState(server.rest, session, made.infoHash, 'seeding')
      }
      await leech.download(session.port)
      const { ratio } = await whenState(server.rest, session, given.infoHash, 'stopped')
      assert.ok(ratio >= 0.5, String(ratio))
      assert.is((await server.rest.call('get_torrent', { ...of, info_hash: kept.infoHash })).state, 'seeding')
      await server.rest.call('start_torrent', of)
      await whenState(server.rest, session, given.infoHash, 'seeding')
    }
    await using server = await start(dataDir)
    await whenState(server.rest, session, given.infoHash, 'seeding')
    // one that has yet to be stopped tells that it was looked at
    await server.rest.call('update_torrent', {
      session_id: session.id,
      info_hash: kept.infoHash,
      seeding_time_goal_ms: 1,
    })
    await whenState(server.rest, session, kept.infoHash, 'stopped')
    assert.is((await server.rest.call('get_torrent', of)).state, 'seeding')
    // a goal of its own that is given anew is a new one
    await server.rest.call('update_torrent', { ...of, ratio_goal: 0.25 })
    await whenState(server.rest, session, given.infoHash, 'stopped')
  },
)

goals('what has seeded its time is removed with its data, what has not finished stays', async () => {
  await using server = await start(temporaryFolder())
  const session = await openSession(server.rest)
  const [seeding, downloading] = [
    makeMetainfo({ name: 'seeding', content: 1000 }),
    makeMetainfo({ name: 'absent', content: 1000 }),
  ]
  writeFiles(join(server.rootDir, 'here'), seeding)
  for (const made of [seeding, downloading]) await addTorrent(server.rest, session, { file: made.bytes })
  await whenTorrent(server.rest, session, seeding.infoHash, (torrent) => torrent.seeding_time_ms > 0)
  const { settings } = await server.rest.call('update_session', {
    session_id: session.id,
    seeding_time_goal_ms: 1,
    goal_action: 'remove_with_data',
  })
  assert.equal([settings.seeding_time_goal_ms, settings.goal_action], [1, 'remove_with_data'])
  await eventually(waitMs, 'the torrent and its data are gone', async () => {
    const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
    return torrents.length === 1 && !existsSync(join(server.rootDir, 'here', 'seeding'))
  })
  await whenState(server.rest, session, downloading.infoHash, 'downloading')
})

goals.run()
