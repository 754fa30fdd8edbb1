/** Where an added torrent may come from: exactly one of file, magnet and url. */
import type { RequestListener } from 'node:http'
import * as assert from 'uvu/assert'
import { closeOrigins, startOrigin } from '../outward/origin.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import type { Answered, Face, Parameters } from '../support/faces.ts'
import { shareServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const sources = suite('test/e2e/upload-sources')
const shared = shareServer(sources)
/** One that may fetch from this machine. */
const fetching = shareServer(sources, { ALLOW_PRIVATE: 'loopback' })
const made = makeMetainfo({ content: 40_000 })
const magnet = `magnet:?xt=urn:btih:${made.infoHash}&dn=sample`
const chunk = Buffer.alloc(256 * 1024, 'd')

sources.after.each(closeOrigins)

/** The answer to an upload into the session of the server, which has one from then on. */
async function upload(face: Face, parameters: Parameters): Promise<Answered> {
  const [first] = (await face.call('get_session_list')).sessions
  const { id } = first ?? (await openSession(face))
  return await face.ask('upload_torrent', { session_id: id, save_path: 'here', ...parameters })
}

/** The answer to an upload by the URL of a server that answers like this. */
async function uploadFrom(answer: RequestListener): Promise<Answered> {
  const origin = await startOrigin(answer)
  return await upload(fetching().rest, { url: `${origin.url}/made.torrent`, autostart: 0 })
}

sources('exactly one of file, magnet and url must be given', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const url = 'https://example.com/a.torrent'
  const file = made.bytes.toString('base64')
  const wrong: Parameters[] = [{}, { file, magnet }, { file, url }, { magnet, url }, { file, magnet, url }]
  for (const face of [server.rest, await server.socket()]) {
    for (const parameters of wrong) {
      const body = await face.ask('upload_torrent', { session_id: session.id, save_path: 'x', ...parameters })
      assert.is(body.error?.code, 'select_one_source')
    }
  }
})

sources('a magnet link is answered at once in the state downloading_metadata', async () => {
  const server = shared()
  const body = await upload(server.rest, { magnet })
  assert.is(body.status, 'success')
  assert.is(body['info_hash'], made.infoHash)
  assert.is(body['name'], 'sample')
  assert.is(body['state'], 'downloading_metadata')
  assert.is(body['total_size'], 0)
})

sources('a magnet link that breaks a rule is invalid_magnet', async () => {
  const server = shared()
  for (const wrong of ['', 'magnet:?dn=x', 'magnet:?xt=urn:btih:00', `http://x/${made.infoHash}`]) {
    assert.is((await upload(server.rest, { magnet: wrong })).error?.code, 'invalid_magnet')
  }
})

sources('a file that is no torrent is refused', async () => {
  const server = shared()
  const bad = async (file: Uint8Array) => (await upload(server.rest, { file })).error?.code
  assert.is(await bad(Buffer.from('<html>')), 'invalid_bencode')
  assert.is(await bad(Buffer.from('d4:spam4:eggse')), 'invalid_metainfo')
  assert.is(await bad(new Uint8Array()), 'invalid_bencode')
})

sources('a torrent that the session has already is torrent_exists naming the hash', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes, autostart: 0 })
  for (const again of [{ file: made.bytes }, { magnet: magnet.toUpperCase().replace('MAGNET', 'magnet') }]) {
    const of = { session_id: session.id, save_path: 'elsewhere', ...again }
    const body = await server.rest.ask('upload_torrent', of)
    assert.is(body.error?.code, 'torrent_exists')
    assert.match(String(body.message), made.infoHash)
  }
})

sources('the same torrent added many times at once is added once', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const of = { session_id: id, save_path: 'here', file: made.bytes, autostart: 0 }
  const bodies = await Promise.all(
    [1, 2, 3, 4, 5].map(async () => await server.rest.ask('upload_torrent', of)),
  )
  assert.is(bodies.filter(({ status }) => status === 'success').length, 1)
  assert.is(bodies.filter(({ error }) => error?.code === 'torrent_exists').length, 4)
})

sources('two sessions can have the same torrent in two folders', async () => {
  const server = shared()
  const [one, two] = [await openSession(server.rest), await openSession(server.rest)]
  await addTorrent(server.rest, one, { file: made.bytes, save_path: 'one' })
  await addTorrent(server.rest, two, { file: made.bytes, save_path: 'two' })
})

sources('a torrent takes memory_only from its session', async () => {
  const server = shared()
  for (const memory_only of [true, false]) {
    const session = await openSession(server.rest, { memory_only })
    const of = { file: made.bytes, autostart: 0, save_path: `in ${memory_only}` } // files have one owner
    const { info_hash } = await addTorrent(server.rest, session, of)
    const torrent = await server.rest.call('get_torrent', { session_id: session.id, info_hash })
    assert.is(torrent.memory_only, memory_only)
  }
})

sources(
  'memory_only=0 in a memory-only session is session_is_memory_only, 1 in a durable one is taken',
  async () => {
    const server = shared()
    const durable = await openSession(server.rest, { memory_only: 0 })
    await addTorrent(server.rest, durable, { file: made.bytes, memory_only: 1, autostart: 0 })
    const { id } = await openSession(server.rest)
    const of = { session_id: id, save_path: 'here', file: made.bytes, memory_only: 0 }
    assert.is((await server.rest.ask('upload_torrent', of)).error?.code, 'session_is_memory_only')
  },
)

sources('a URL of this machine is address_not_allowed by default, and is not dialled', async () => {
  const server = shared()
  const origin = await startOrigin((_, response) => response.end(made.bytes))
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0']) {
    const body = await upload(server.rest, { url: `http://${host}:${origin.port}/a.torrent` })
    assert.is(body.error?.code, 'address_not_allowed', host)
  }
  assert.is(origin.connections, 0)
})

sources('RESTTORRENT_ALLOW_PRIVATE=loopback lets a URL of this machine be fetched', async () => {
  const body = await uploadFrom((_, response) => response.end(made.bytes))
  assert.is(body.status, 'success', body.message)
  assert.is(body['info_hash'], made.infoHash)
})

sources('a URL that is redirected is followed', async () => {
  const body = await uploadFrom(({ url }, response) => {
    if (url === '/there') response.end(made.bytes)
    else response.writeHead(302, { location: '/there' }).end()
  })
  assert.is(body['info_hash'], made.infoHash, body.message)
})

sources('a redirection to an address that is not allowed is address_not_allowed', async () => {
  const body = await uploadFrom((_, response) =>
    response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  )
  assert.is(body.error?.code, 'address_not_allowed')
})

const failing: [title: string, answer: RequestListener][] = [
  ['answers 404', (_, response) => response.writeHead(404).end('gone')],
  ['is not a torrent', (_, response) => response.end('<html>no torrent</html>')],
  [
    'never ends',
    (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    },
  ],
  ['closes the connection', ({ socket }) => void socket.destroy()],
]

for (const [title, answer] of failing) {
  sources(`a URL that ${title} is fetch_failed`, async () => {
    const body = await uploadFrom(answer)
    assert.is(body.error?.code, 'fetch_failed')
    assert.not.match(String(body.message), 'no torrent<')
  })
}

sources('a URL that is not http is invalid_parameter', async () => {
  const server = shared()
  for (const url of [
    'file:///etc/passwd',
    'ftp://example.com/a',
    'nonsense',
    'http://user:pass@example.com/',
  ]) {
    assert.is((await upload(server.rest, { url })).error?.code, 'invalid_parameter', url)
  }
})

sources.run()
