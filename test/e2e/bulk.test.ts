/** Commands on many torrents in one call. */
import * as assert from 'uvu/assert'
import { commands, type BulkName } from '../../src/protocol/commands.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const bulk = suite('test/e2e/bulk')
const made = Array.from({ length: 5 }, (_, n) => makeMetainfo({ name: `t${n}`, content: 1000, seed: `${n}` }))
const hashes = made.map(({ infoHash }) => infoHash)
const absent = 'f'.repeat(40)

bulk('many torrents are changed in one call, each judged by itself, over both faces', async () => {
  await using server = await startTestServer()
  for (const face of [server.rest, await server.socket()]) {
    const session = await openSession(face, { memory_only: 0 })
    const of = { session_id: session.id }
    const outcomes = async (command: BulkName, parameters: object): Promise<string[]> => {
      const { results } = await face.call(command, { ...of, ...parameters })
      return results.map(({ info_hash, status, error }) => `${info_hash} ${error?.code ?? status}`)
    }
    for (const { bytes } of made) await addTorrent(face, session, { file: bytes, save_path: face.name })
    const [first = '', ...others] = hashes
    assert.equal(await outcomes('stop_torrents', { info_hashes: [first, absent, 'no hash'] }), [
      `${first} success`,
      `${absent} torrent_not_found`,
      'no hash torrent_not_found',
    ])
    await whenState(face, session, first, 'stopped')
    assert.equal(
      await outcomes('reannounce_torrents', { info_hashes: `${first.toUpperCase()},${String(others[0])}` }),
      [`${first.toUpperCase()} torrent_not_running`, `${String(others[0])} success`],
    )
    assert.equal(
      await outcomes('update_torrents', { info_hashes: 'all', upload_limit: 77 }),
      hashes.map((hash) => `${hash} success`),
    )
    for (const info_hash of hashes) {
      const { options, state } = await face.call('get_torrent', { ...of, info_hash })
      assert.is(options.upload_limit, 77)
      assert.is(state === 'stopped', info_hash === first)
    }
    assert.equal(await outcomes('start_torrents', { info_hashes: [] }), [])
    assert.is((await outcomes('delete_torrents', { info_hashes: 'all' })).length, hashes.length)
    assert.equal((await face.call('get_torrent_list', of)).torrents, [])
  }
  const { entries } = await server.rest.call('get_audit_log', { limit: 1000 })
  assert.is(entries.filter(({ command }) => command === 'delete_torrents').length, 2)
})

bulk('more than 10,000 torrents and parameters of no single command are refused', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const code = async (parameters: object): Promise<unknown> =>
    (await server.rest.ask('stop_torrents', { session_id: session.id, ...parameters })).error?.code
  assert.is(await code({ info_hashes: Array.from({ length: 10_001 }, () => absent) }), 'invalid_parameter')
  assert.is(await code({ info_hashes: [], delete_data: 1 }), 'unknown_parameter')
  assert.is(await code({}), 'missing_parameter')
  const { results } = await server.rest.call('stop_torrents', {
    session_id: session.id,
    info_hashes: Array.from({ length: 10_000 }, () => absent),
  })
  assert.is(results.length, 10_000)
  const path = commands.stop_torrents.path.replace('{session_id}', session.id)
  assert.is((await request(`${server.address}${path}?info_hashes=all`, { method: 'POST' })).status, 200)
})

bulk.run()
