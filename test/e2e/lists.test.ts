/** Lists of torrents as callers ask for them, over one session and over all that they see. */
import * as assert from 'uvu/assert'
import type { CommandInput, CommandOutput } from '../../src/protocol/commands.ts'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const lists = suite('test/e2e/lists')

/** A server with two sessions of stopped torrents, the first of the administrator, the second of another key. */
async function filled() {
  const server = await startTestServer({ ADMIN_KEY: adminKey })
  const tenant = await makeKey(server, { scope: 'control' })
  const first = await openSession(server.rest)
  const second = await openSession(tenant.face)
  const stopped = { autostart: 0 }
  for (const [name, size] of [
    ['banana', 40_000],
    ['Apple', 20_000],
    ['cherry', 30_000],
  ] as const) {
    const { bytes } = makeMetainfo({ name, content: size, trackers: [`http://${name}.tracker.example/a`] })
    const labels = name === 'cherry' ? 'red,fruit' : 'red'
    await addTorrent(server.rest, first, { file: bytes, labels, ...stopped })
  }
  const { bytes } = makeMetainfo({ name: 'durian', content: 10_000, private: true })
  await addTorrent(tenant.face, second, { file: bytes, labels: 'fruit', ...stopped })
  const magnet = `magnet:?xt=urn:btih:${'e'.repeat(40)}&dn=elderberry&tr=udp://tracker.example:1`
  await addTorrent(tenant.face, second, { magnet, ...stopped })
  return { server, tenant, first, second }
}

const names = ({ torrents }: CommandOutput<'get_torrent_list'>) => torrents.map(({ name }) => name)

lists('they are filtered, sorted, paged and reduced to fields, over REST and Socket.IO', async () => {
  const { server, tenant, first, second } = await filled()
  await using _ = server
  const faces = [server.rest, await server.socket()]
  for (const face of faces) {
    // without a limit a busy server would refuse it
    const all = async (query: object) => names(await face.call('get_all_torrents', { limit: 100, ...query }))
    assert.equal(await all({ sort: 'name' }), ['Apple', 'banana', 'cherry', 'durian', 'elderberry'])
    assert.equal(await all({ sort: 'total_size', order: 'desc', limit: 2 }), ['banana', 'cherry'])
    assert.equal(await all({ sort: 'total_size', offset: 3 }), ['cherry', 'banana'])
    assert.equal(await all({ name: 'ER', sort: 'name' }), ['cherry', 'elderberry'])
    assert.equal(await all({ tracker: 'Tracker.example', sort: 'name' }), [
      'Apple',
      'banana',
      'cherry',
      'elderberry',
    ])
    assert.equal(await all({ tracker: 'apple.tracker.example' }), ['Apple'])
    assert.equal(await all({ private: 1 }), ['durian'])
    assert.equal(await all({ label: 'fruit', sort: 'name' }), ['cherry', 'durian'])
    assert.equal(await all({ private: 0, sort: 'name' }), ['Apple', 'banana', 'cherry'])
    assert.equal(await all({ has_error: 1 }), [])
    const apple = (await face.call('get_all_torrents', { limit: 1, name: 'apple' })).torrents[0]?.info_hash
    assert.equal(await all({ hashes: `${'E'.repeat(40)}, ${String(apple)}`, sort: 'name' }), [
      'Apple',
      'elderberry',
    ])
    assert.equal(await all({ state: 'downloading,seeding' }), [])
    assert.is((await all({ state: 'stopped', has_error: 0 })).length, 5)
    const one = await face.call('get_torrent_list', {
      session_id: first.id,
      sort: 'name',
      limit: 1,
      fields: 'name',
    })
    assert.equal(
      one.torrents.map((row) => Object.keys(row).sort()),
      [['info_hash', 'name']],
    )
    assert.is(one.total, 3)
    const next = await face.call('get_torrent_list', {
      session_id: first.id,
      sort: 'name',
      limit: 5,
      after: one.next,
    })
    assert.equal([names(next), next.total, next.next], [['banana', 'cherry'], 3, null])
    for (const [parameter, value] of Object.entries(wrong)) {
      assert.is(
        codeOf(await face.ask('get_all_torrents', { limit: 1, [parameter]: value })),
        'invalid_parameter',
        parameter,
      )
    }
  }
  const { torrents, total } = await tenant.face.call('get_all_torrents', { fields: 'state', limit: 100 })
  assert.is(total, 2)
  assert.ok(torrents.every((row) => row.session_id === second.id && row.state === 'stopped'))
  assert.equal(Object.keys(torrents[0] ?? {}).sort(), ['info_hash', 'session_id', 'state'])
  await tagTellsOfChange(server, tenant.key)
})

const wrong: Partial<Record<keyof CommandInput<'get_all_torrents'>, unknown>> = {
  sort: 'error',
  order: 'up',
  limit: 0,
  state: 'no such state',
  fields: 'nothing',
  after: 'nonsense',
  private: 2,
}

/** The tag of a list that was asked for in parts is of what it shows, and the plain list is as it ever was. */
async function tagTellsOfChange({ address, rest }: TestServer, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` }
  const url = `${address}/v1/torrents?sort=name&limit=1`
  const { headers: told } = await request(url, { headers })
  const etag = told.get('etag') ?? ''
  assert.match(told.get('snapshot-age-ms') ?? '', /^\d+$/)
  assert.is((await request(url, { headers: { ...headers, 'if-none-match': etag } })).status, 304)
  const [session] = (await rest.call('get_session_list')).sessions
  const plain = await request(`${address}/v1/sessions/${session?.id}/torrents`, {
    headers: { 'x-api-key': adminKey },
  })
  assert.equal(Object.keys(plain.body), ['status', 'torrents'])
}

lists.run()
