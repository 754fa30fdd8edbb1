/** The queue of a session: how many run, in which order, over finished downloads and a restart. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import type { Face } from '../support/faces.ts'
import { startSeed, type Seed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const queue = suite('test/e2e/queue')
const waitMs = 20_000
const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8', MEMORY_ONLY: '0' })

/** Waits until the list, by its queue positions, reads as wanted: names and states. */
async function whenQueue(face: Face, session_id: string, ...wanted: string[]): Promise<void> {
  let seen: string[] = []
  await eventually(waitMs, wanted.join(', '), async () => {
    const { torrents } = await face.call('get_torrent_list', { session_id, sort: 'queue_position' })
    seen = torrents.map(({ name, state, queue_position }) => `${queue_position} ${name} ${state}`)
    return seen.join() === wanted.map((one, at) => `${at} ${one}`).join()
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${seen.join(', ')}`, { cause: error })
  })
}

caseWith(
  queue,
  'the first of the queue run, what finishes gives its place on, and the order is kept',
  ['libtorrent'],
  async () => {
    const dataDir = temporaryFolder()
    const seeds: Seed[] = []
    await using stack = new AsyncDisposableStack()
    for (const name of ['a', 'b', 'c']) seeds.push(stack.use(await startSeed({ name, content: 300_000 })))
    const [a = '', b = '', c = ''] = seeds.map(({ made }) => made.infoHash)
    let session_id
    {
      await using server = await start(dataDir)
      const { rest } = server
      const session = await openSession(rest, { max_active_downloads: 1 })
      session_id = session.id
      const rows = []
      for (const { made } of seeds) rows.push(await addTorrent(rest, session, { file: made.bytes }))
      const told = rows.map(({ state, queue_position }) => `${queue_position} ${state}`)
      assert.equal(told, ['0 checking_resume_data', '1 queued', '2 queued'])
      await whenQueue(rest, session_id, 'a downloading', 'b queued', 'c queued')

      await rest.call('reorder_torrent', { session_id, info_hash: c, position: 'top' })
      await whenQueue(rest, session_id, 'c downloading', 'a queued', 'b queued')
      await rest.call('start_torrent', { session_id, info_hash: b, forced: 1 })
      await whenQueue(rest, session_id, 'c downloading', 'a queued', 'b downloading')
      await rest.call('start_torrent', { session_id, info_hash: b, forced: 0 })
      await whenQueue(rest, session_id, 'c downloading', 'a queued', 'b queued')
      const refused = await rest.ask('reannounce_torrent', { session_id, info_hash: b })
      assert.is(refused.error?.code, 'torrent_not_running')

      for (const at of [2, 0, 1]) {
        const seed = seeds[at]
        await whenState(rest, session, seed?.made.infoHash ?? '', 'downloading')
        await seed?.dial(session.port)
        await whenState(rest, session, seed?.made.infoHash ?? '', 'seeding')
      }
      await whenQueue(rest, session_id, 'c seeding', 'a seeding', 'b seeding')
      await rest.call('update_session', { session_id, max_active_seeds: 1 })
      await whenQueue(rest, session_id, 'c seeding', 'a queued', 'b queued')
      const { results } = await rest.call('reorder_torrents', {
        session_id,
        info_hashes: [a, 'f'.repeat(40), b],
        position: 'top',
      })
      assert.equal(
        results.map(({ status, error }) => error?.code ?? status),
        ['success', 'torrent_not_found', 'success'],
      )
      await whenQueue(rest, session_id, 'a seeding', 'b queued', 'c queued')
      await rest.call('reorder_torrent', { session_id, info_hash: a, position: 1 })
      await whenQueue(rest, session_id, 'b seeding', 'a queued', 'c queued')
    }
    await using server = await start(dataDir)
    const { settings } = await server.rest.call('get_session', { session_id })
    assert.equal([settings.max_active_downloads, settings.max_active_seeds], [1, 1])
    await whenQueue(server.rest, session_id, 'b seeding', 'a queued', 'c queued')
    await server.rest.call('stop_torrent', { session_id, info_hash: b })
    await whenQueue(server.rest, session_id, 'b stopped', 'a seeding', 'c queued')
    await server.rest.call('delete_torrent', { session_id, info_hash: a })
    await whenQueue(server.rest, session_id, 'b stopped', 'c seeding')
  },
)

queue.run()
