/** What lists say about themselves: their entity tag, their age, and whether the worker is silent. */
import * as assert from 'uvu/assert'
import { faultySession, order } from '../support/faults.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request, type HttpAnswer } from '../support/request.ts'
import { shareServer, startTestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const reads = suite('test/e2e/reads')
const shared = shareServer(reads)
const many = 120

reads('a list has an ETag, and is 304 until something changes', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const url = `${server.address}/v1/sessions/${session.id}/torrents`
  const first = await request(url)
  const tag = first.headers.get('etag') ?? ''
  assert.match(tag, /^"[\w-]+"$/)
  const headers = { 'if-none-match': tag }
  const same = await request(url, { headers })
  assert.is(same.status, 304)
  assert.is(same.text, '')
  assert.is(same.headers.get('etag'), tag)
  await addTorrent(server.rest, session, { file: makeMetainfo().bytes, autostart: 0 })
  const changed = await request(url, { headers })
  assert.is(changed.status, 200)
  assert.is.not(changed.headers.get('etag'), tag)
})

reads('the list of sessions has an ETag', async () => {
  const server = shared()
  const url = `${server.address}/v1/sessions`
  const tag = (await request(url)).headers.get('etag') ?? ''
  assert.is((await request(url, { headers: { 'if-none-match': tag } })).status, 304)
  await openSession(server.rest)
  assert.is((await request(url, { headers: { 'if-none-match': tag } })).status, 200)
})

reads('a list says how old it is, also with a 304, and that its worker is not silent', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const { info_hash } = await addTorrent(server.rest, session, { file: makeMetainfo().bytes, autostart: 0 })
  const base = `${server.address}/v1/sessions/${session.id}/torrents`
  const tag = (await request(base)).headers.get('etag') ?? ''
  const answers = [
    await request(base),
    await request(base, { headers: { 'if-none-match': tag } }),
    await request(`${base}/${info_hash}`),
    await request(`${server.address}/v1/sessions`),
    await request(`${server.address}/v1/sessions/${session.id}`),
  ]
  for (const { headers } of answers) {
    assert.match(String(headers.get('snapshot-age-ms')), /^\d+$/)
    assert.is(headers.get('snapshot-stale'), '0')
  }
})

reads(
  'a list of a silent worker still answers, and says that it is stale until the worker speaks',
  async () => {
    await using server = await startTestServer({}, faultySession())
    const session = await openSession(server.rest)
    const { info_hash } = await addTorrent(server.rest, session, { file: makeMetainfo().bytes, autostart: 0 })
    const url = `${server.address}/v1/sessions/${session.id}/torrents`
    const isStale = ({ headers }: HttpAnswer) => headers.get('snapshot-stale') === '1'
    order({ sessionId: session.id, fault: 'silent', ms: 8000 })
    const listed = await eventually(10_000, 'the list is stale', async () => {
      const answer = await request(url)
      return isStale(answer) && answer
    })
    assert.is(listed.status, 200)
    assert.match(listed.text, info_hash)
    assert.ok(Number(listed.headers.get('snapshot-age-ms')) > 1000)
    const tag = { 'if-none-match': listed.headers.get('etag') ?? '' }
    assert.is((await request(url, { headers: tag })).headers.get('snapshot-stale'), '1')
    await eventually(10_000, 'the session is stale', async () => {
      return (await server.rest.call('get_session', { session_id: session.id })).worker.stale
    })
    await eventually(10_000, 'the list is fresh', async () => !isStale(await request(url)))
  },
)

reads('over Socket.IO the age stands beside the fields', async () => {
  const server = shared()
  const face = await server.socket()
  const session = await openSession(face)
  const body = await face.ask('get_torrent_list', { session_id: session.id })
  assert.type(body['snapshot_age_ms'], 'number')
  assert.is(body['snapshot_stale'], false)
})

reads('a list without paging is whole', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const hashes: string[] = []
  for (let i = 0; i < many; i += 1) {
    const file = makeMetainfo({ name: `torrent ${i}`, content: 1000 }).bytes
    hashes.push((await addTorrent(server.rest, session, { file, autostart: 0 })).info_hash)
  }
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
  assert.equal(
    torrents.map(({ info_hash }) => info_hash),
    hashes,
  )
})

reads('a session counts the torrents that were acknowledged', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const count = async () => (await server.rest.call('get_session', { session_id: session.id })).num_torrents
  const { info_hash } = await addTorrent(server.rest, session, { file: makeMetainfo().bytes, autostart: 0 })
  assert.is(await count(), 1)
  await server.rest.call('delete_torrent', { session_id: session.id, info_hash })
  assert.is(await count(), 0)
})

reads.run()
