/** The queue of a session: how many run, in which order, over finished downloads and a restart. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { caseWith } from '../interop/require.ts'
import type { Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startSeed, type Seed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
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

queue('checks wait for a place in their session, and the limit is obeyed at once', async () => {
  await using server = await startTestServer()
  const { rest, rootDir } = server
  const session = await openSession(rest, { max_active_checks: 1 })
  const here = join(rootDir, 'here')
  mkdirSync(here)
  // a hole, so that its check takes as long as the test
  const [pieceLength, count] = [16 * 1024 * 1024, 16_384]
  const info = { name: 'hole', length: pieceLength * count, 'piece length': pieceLength }
  writeFileSync(join(here, info.name), '')
  truncateSync(join(here, info.name), info.length)
  const file = Buffer.from(encodeBencode({ info: { ...info, pieces: Buffer.alloc(20 * count, 1) } }))
  const { info_hash: large } = await addTorrent(rest, session, { file })
  await whenState(rest, session, large, 'checking_files')

  const made = makeMetainfo()
  writeFiles(here, made)
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'queued_for_checking')
  const row = async (info_hash: string) =>
    await rest.call('get_torrent', { session_id: session.id, info_hash })
  // ranges of a session are hashed in the order in which they are asked for: by then it would have had its turn
  const enough = (await row(large)).progress + 0.0008
  await whenTorrent(rest, session, large, ({ progress }) => progress >= enough)
  assert.is((await row(made.infoHash)).state, 'queued_for_checking')
  await rest.call('update_session', { session_id: session.id, max_active_checks: 2 })
  await whenState(rest, session, made.infoHash, 'seeding')
  assert.is((await row(large)).state, 'checking_files')
})

queue.run()
