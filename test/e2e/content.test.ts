/** The content of complete files over HTTP, and what is in their place after faults. */
import { once } from 'node:events'
import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { createClient } from '../../src/client/client.ts'
import { adminKey, makeKey } from '../support/keys.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../support/metainfo.ts'
import { codeIn, get, isSame, urlOf, type Got } from '../support/read-content.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, within } from '../support/suite.ts'

const content = suite('test/e2e/content')
const waitMs = 45_000
const pieceLength = 32 * 1024

/** Its files are in folders of their own name, so that one can be spoilt without the others. */
const made = makeMetainfo({
  name: 'folder',
  pieceLength,
  files: [
    { path: 'sub/naïve "film".mkv', content: 600_000 },
    { path: 'page.html', content: Buffer.from('<script>alert(1)</script>') },
    { path: '.pad/1', content: Buffer.alloc(7), padding: true },
    { path: 'empty.txt', content: 0 },
    { path: 'notes.txt', content: 100_000 },
  ],
})
const [film, page, empty, notes] = made.files.map(({ content: bytes }) => bytes)

async function seeding(server: TestServer, torrent: MadeMetainfo, folder = 'here'): Promise<SessionView> {
  writeFiles(join(server.rootDir, folder), torrent)
  const session = await openSession(server.rest, { memory_only: 0 })
  await addTorrent(server.rest, session, { file: torrent.bytes, save_path: folder })
  await whenState(server.rest, session, torrent.infoHash, 'seeding')
  return session
}

content('whole files, ranges and heads are as RFC 9110 says, and inert', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const session = await seeding(server, made)
  const url = (index: number): string => urlOf(server, session, made.infoHash, index)

  const whole = await get(url(0))
  assert.is(whole.status, 200)
  isSame(whole.bytes, film)
  const etag = whole.headers.get('etag') ?? ''
  const told = [
    'content-type',
    'content-length',
    'accept-ranges',
    'content-security-policy',
    'x-content-type-options',
  ]
  assert.equal(
    told.map((name) => whole.headers.get(name)),
    ['video/x-matroska', '600000', 'bytes', 'sandbox', 'nosniff'],
  )
  assert.is(
    whole.headers.get('content-disposition'),
    `inline; filename="na_ve _film_.mkv"; filename*=UTF-8''na%C3%AFve%20%22film%22.mkv`,
  )
  const head = await get(url(0), {}, 'HEAD')
  assert.equal([head.status, head.headers.get('content-length'), head.bytes.length], [200, '600000', 0])

  const ranges: [string, number, number][] = [
    ['bytes=0-0', 0, 1],
    ['bytes=599999-', 599_999, 600_000],
    ['bytes=-70000', 530_000, 600_000],
    ['bytes=32767-32769', 32_767, 32_770],
    ['bytes=100-9999999', 100, 600_000],
  ]
  for (const [range, from, end] of ranges) {
    const part = await get(url(0), { range })
    assert.is(part.status, 206, range)
    assert.is(part.headers.get('content-range'), `bytes ${from}-${end - 1}/600000`)
    isSame(part.bytes, film?.subarray(from, end), range)
  }
  const past = await get(url(0), { range: 'bytes=600000-' })
  assert.is(past.headers.get('content-range'), 'bytes */600000')
  assert.is(codeIn(past), '416 range_not_satisfiable')
  for (const range of ['bytes=5-4', 'bytes=x', 'lines=1-2', 'bytes=0-1,4-5'])
    assert.is((await get(url(0), { range })).status, 200, range)
  assert.is((await get(url(0), { range: 'bytes=0-9', 'if-range': etag })).status, 206)
  assert.is((await get(url(0), { range: 'bytes=0-9', 'if-range': '"another"' })).status, 200)
  assert.is((await get(url(0), { 'if-none-match': `W/${etag}` })).status, 304)

  const html = await get(url(1))
  isSame(html.bytes, page)
  assert.is(html.headers.get('content-type'), 'application/octet-stream')
  assert.match(html.headers.get('content-disposition') ?? '', /^attachment; filename="page.html"/)
  assert.is(html.headers.get('content-security-policy'), 'sandbox')
  const nothing = await get(url(3))
  assert.equal([nothing.status, nothing.bytes.length], [200, empty?.length])
  assert.is(codeIn(await get(url(3), { range: 'bytes=0-' })), '416 range_not_satisfiable')
  const text = await get(url(4))
  assert.is(text.headers.get('content-type'), 'text/plain; charset=utf-8')
  isSame(text.bytes, notes)

  assert.is(codeIn(await get(url(2))), '404 not_found', 'padding')
  assert.is(codeIn(await get(url(5))), '404 not_found')
  assert.is(codeIn(await get(url(-1))), '400 invalid_parameter')
  assert.is(codeIn(await get(`${url(0)}?x=1`)), '400 unknown_parameter')
  const posted = await get(url(0), {}, 'POST')
  assert.equal(
    [codeIn(posted), posted.headers.get('allow')],
    ['405 method_not_allowed', 'GET, HEAD, OPTIONS'],
  )
  assert.is(codeIn(await get(url(0), { authorization: 'Bearer none' })), '401 unauthorized')

  const reader = await makeKey(server, { scope: 'read', sessions: session.id })
  const stranger = await makeKey(server, { scope: 'control' })
  const foreign = await get(url(0), { authorization: `Bearer ${stranger.key}` })
  const absent = await get(url(0).replace(session.id, 'f'.repeat(40)))
  assert.is(codeIn(foreign), '404 session_not_found')
  isSame(foreign.bytes, absent.bytes)
  isSame((await get(url(4), { authorization: `Bearer ${reader.key}` })).bytes, notes)
})

content('what others put in the place of a file is never sent, and the API goes on', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const session = await seeding(server, made)
  const url = (index: number): string => urlOf(server, session, made.infoHash, index)
  const here = join(server.rootDir, 'here', 'folder')
  const [path, aside] = [join(here, 'notes.txt'), join(here, 'aside')]
  isSame((await get(url(4))).bytes, notes)

  utimesSync(path, 1, 1)
  const touched = await get(url(4))
  assert.ok(
    touched.status === 409 || notes?.equals(touched.bytes) === true,
    'another time, until it is proved again',
  )
  renameSync(path, aside)
  assert.is(codeIn(await get(url(4))), '409 files_changed', 'missing')
  writeFileSync(path, Buffer.alloc(100_000))
  assert.is(codeIn(await get(url(4))), '409 files_changed', 'another file')
  rmSync(path)
  symlinkSync(aside, path)
  assert.is(codeIn(await get(url(4))), '400 path_outside_root', 'a link')
  rmSync(path)
  isSame((await get(url(0))).bytes, film)

  // stopped, and over a restart, what is proved is still there
  await server.rest.call('stop_torrent', { session_id: session.id, info_hash: made.infoHash })
  isSame((await get(url(0))).bytes, film)
  assert.is(codeIn(await get(url(4))), '409 files_changed')
  await server.stop()
  await using next = await startTestServer({ ADMIN_KEY: adminKey, DATA_DIR: server.dataDir })
  isSame((await get(urlOf(next, session, made.infoHash, 0))).bytes, film)
  assert.is(codeIn(await get(urlOf(next, session, made.infoHash, 4))), '409 files_changed')
})

content('a caller who does not read holds one part, and one whose key is revoked is cut', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const large = makeMetainfo({ name: 'large.bin', content: 16 * 1024 * 1024, pieceLength: 256 * 1024 })
  const session = await seeding(server, large)
  const { key, prefix } = await makeKey(server, { scope: 'read', sessions: session.id })
  const url = new URL(urlOf(server, session, large.infoHash, 0))
  const slow = connect(Number(url.port), url.hostname)
  slow.on('error', () => undefined)
  slow.write(`GET ${url.pathname} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  await within(waitMs, 'the beginning', once(slow, 'readable'))
  const closed = once(slow, 'close')
  isSame((await get(String(url))).bytes, large.content)
  await server.rest.call('revoke_key', { prefix })
  let received = 0
  slow.on('data', (bytes: Buffer) => (received += bytes.length))
  await within(waitMs, 'the cut', closed)
  assert.ok(received < large.length, 'only what was on its way')
})

content(
  'a link is read without a header, until it ends or its key does; a playlist is made of links',
  async () => {
    await using server = await startTestServer({ ADMIN_KEY: adminKey })
    const album = makeMetainfo({
      name: 'album',
      files: ['10 ten.mp3', '9 nine.FLAC', 'cover.jpg', '1 one.ogg'].map((path) => ({
        path,
        content: 20_000,
      })),
    })
    const session = await seeding(server, album)
    const { key, face, prefix } = await makeKey(server, { scope: 'read', sessions: session.id })
    const of = { session_id: session.id, info_hash: album.infoHash }
    const bare = async (path: string): Promise<Got> => await get(server.address + path, { authorization: '' })
    const nine = album.files[1]?.content

    const { path, expires_at } = await face.call('create_link', { ...of, index: 1 })
    assert.ok(expires_at > Date.now() + 3_600_000)
    isSame((await bare(path)).bytes, nine)
    assert.is((await bare(path.split('?')[0] ?? '')).status, 401)
    const wrong = [
      path.replace('/files/1/', '/files/0/'),
      path.replace(/expires=\d/, 'expires=9'),
      path.replace(prefix, adminKey.slice(0, 15)),
      path.replace(/signature=./, 'signature='),
    ]
    for (const one of wrong) assert.is(codeIn(await bare(one)), '401 unauthorized', one)
    const short = await face.call('create_link', { ...of, index: 1, lifetime_ms: 1000 })
    await eventually(10_000, 'its end', async () => (await bare(short.path)).status === 401)
    assert.is((await face.ask('create_link', { ...of, index: 4 })).error?.code, 'not_found')

    const m3u = await get(
      `${server.address}/v1/sessions/${session.id}/torrents/${album.infoHash}/playlist.m3u`,
      {
        authorization: `Bearer ${key}`,
      },
    )
    assert.is(m3u.headers.get('content-type'), 'audio/x-mpegurl')
    const lines = m3u.bytes.toString().trimEnd().split('\n')
    assert.equal(
      lines.filter((line) => line.startsWith('#')),
      ['#EXTM3U', '#EXTINF:-1,1 one.ogg', '#EXTINF:-1,9 nine.FLAC', '#EXTINF:-1,10 ten.mp3'],
    )
    assert.ok(lines[4]?.startsWith(`${server.address}/v1/`))
    isSame((await bare(lines[4]?.slice(server.address.length) ?? '')).bytes, nine)
    const typed = await createClient(server.address, { key }).call('get_playlist', of)
    assert.equal(typed.playlist.split('\n').length, lines.length + 1)

    await server.rest.call('revoke_key', { prefix })
    assert.is(codeIn(await bare(path)), '401 unauthorized')
    assert.is(codeIn(await bare(lines[4]?.slice(server.address.length) ?? '')), '401 unauthorized')
  },
)

content.run()
