/** What was transferred over time, from a real peer and over a restart. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { codeOf } from '../support/keys.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const history = suite('test/e2e/history')
const content = 1_000_000

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8' })

caseWith(
  history,
  'a download is in the history of its torrent and session at once, and after a restart',
  ['libtorrent'],
  async () => {
    const dataDir = temporaryFolder()
    await using seed = await startSeed({ content })
    const { infoHash: info_hash } = seed.made
    const ids: string[] = []
    {
      await using server = await start(dataDir)
      for (const memory_only of [0, 1]) {
        const session = await openSession(server.rest, { memory_only })
        ids.push(session.id)
        const of = { session_id: session.id }
        await addTorrent(server.rest, session, { magnet: seed.magnet, save_path: `to ${memory_only}` })
        await server.rest.call('add_peer', { ...of, info_hash, address: `127.0.0.1:${seed.port}` })
        await whenState(server.rest, session, info_hash, 'seeding')
        await eventually(5000, 'all of it', async () => {
          const { total_downloaded } = await server.rest.call('get_torrent_history', { ...of, info_hash })
          return total_downloaded === content
        })
        for (const step of ['minute', 'hour', 'day'] as const) {
          const series = await server.rest.call('get_session_history', { ...of, step })
          const { times, downloaded, download_rate, uploaded, total_downloaded } = series
          assert.is(total_downloaded, content)
          const places = new Set([times, downloaded, download_rate, uploaded].map(({ length }) => length))
          assert.is(places.size, 1)
          assert.is(downloaded[0], null, 'before there was a session')
        }
        const wrong = await server.rest.ask('get_session_history', { ...of, from: 0, to: Date.now() })
        assert.is(codeOf(wrong), 'invalid_parameter')
      }
      const [, volatile = ''] = ids
      await server.rest.call('delete_torrent', { session_id: volatile, info_hash })
      assert.is((await server.rest.call('get_session_history', { session_id: volatile })).total_downloaded, content) // prettier-ignore
    }
    await using server = await start(dataDir)
    const [session_id = ''] = ids
    for (const step of ['minute', 'day'] as const) {
      const { total_downloaded } = await server.rest.call('get_torrent_history', {
        session_id,
        info_hash,
        step,
      })
      assert.is(total_downloaded, content)
    }
    await server.rest.call('delete_torrent', { session_id, info_hash })
    const { total, since_start } = await server.rest.call('get_session_statistics', { session_id })
    assert.equal([total.downloaded, total.torrents_removed], [content, 1])
    assert.equal([since_start.downloaded, since_start.torrents_removed], [0, 1])
    assert.ok(total.running_time_ms > since_start.running_time_ms)
    assert.is((await server.rest.call('get_session_history', { session_id })).total_downloaded, content)
  },
)

history.run()
