/** The content of a file over HTTP while it is downloaded from a real client. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { restFace } from '../support/faces.ts'
import { faultySession, order } from '../support/faults.ts'
import { adminKey } from '../support/keys.ts'
import { codeIn, get, isSame, urlOf } from '../support/read-content.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const content = suite('test/e2e/content-download')
const waitMs = 30_000
const pieceLength = 32 * 1024
const authorization = `Bearer ${adminKey}`

caseWith(
  content,
  'what is read of a download comes first, for several readers, until they leave',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer(
      { ADMIN_KEY: adminKey, ALLOW_PRIVATE_PEERS: 'loopback' },
      faultySession(),
    )
    await using seed = await startSeed({ name: 'film.mp4', content: 6_000_000, pieceLength })
    const { infoHash, bytes, length, content: expected } = seed.made
    const face = restFace(server.address, adminKey)
    const session = await openSession(face, { memory_only: 0 })
    await addTorrent(face, session, { file: bytes, download_limit: 300_000, sequential: 1 })
    await whenState(face, session, infoHash, 'downloading')
    const of = { session_id: session.id, info_hash: infoHash }
    const url = urlOf(server, session, infoHash, 0)
    const have = async (): Promise<string> => {
      const { have: bits } = await face.call('get_pieces', of)
      return [...Buffer.from(bits, 'base64')].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    }
    const early = get(url, { range: 'bytes=0-9999' }) // waits for a peer
    await seed.dial(session.port)
    isSame((await early).bytes, expected.subarray(0, 10_000))
    const [end, middle] = await Promise.all([
      get(url, { range: 'bytes=-50000' }),
      get(url, { range: 'bytes=3000000-3099999' }),
    ])
    isSame(end.bytes, expected.subarray(length - 50_000))
    isSame(middle.bytes, expected.subarray(3_000_000, 3_100_000))
    assert.ok((await face.call('get_torrent', of)).progress < 0.6, 'long before the rest')

    // a reader in the last third leaves: what follows is in sequence again
    const leaving = new AbortController()
    const from = 4_000_000
    const left = await fetch(url, {
      headers: { authorization, range: `bytes=${from}-` },
      signal: leaving.signal,
    })
    await left.body?.getReader().read()
    leaving.abort()
    const before = await have()
    const behind = (bits: string): number => bits.slice(from / pieceLength).split('1').length
    const grown = await eventually(waitMs, 'more pieces', async () => {
      const now = await have()
      return now.split('1').length >= before.split('1').length + 30 && now
    })
    assert.ok(behind(grown) - behind(before) <= 20, 'only what was asked for already')

    // a crash of the worker: the reader waits for the next one
    const rest = get(url)
    await eventually(
      waitMs,
      'a reader',
      async () => (await have()).split('1').length > grown.split('1').length,
    )
    order({ sessionId: session.id, fault: 'throw' })
    await eventually(waitMs, 'the crash', async () => {
      return (await face.call('get_session', { session_id: session.id })).worker.generation === 2
    })
    await face.call('update_torrent', { ...of, download_limit: 0 })
    await whenState(face, session, infoHash, 'downloading')
    await face.call('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
    isSame((await rest).bytes, expected)
  },
)

caseWith(
  content,
  'what nobody fetches is told at once, a memory torrent is read too',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer({ ADMIN_KEY: adminKey, ALLOW_PRIVATE_PEERS: 'loopback' })
    await using seed = await startSeed({ name: 'a.txt', content: 400_000, pieceLength })
    const { infoHash, bytes, content: expected } = seed.made
    const session = await openSession(server.rest)
    await addTorrent(server.rest, session, { file: bytes, storage_mode: 'memory', file_priorities: '0' })
    await whenState(server.rest, session, infoHash, 'finished')
    const of = { session_id: session.id, info_hash: infoHash }
    const url = urlOf(server, session, infoHash, 0)
    assert.is(codeIn(await get(url)), '409 content_missing', 'skipped')
    await server.rest.call('update_torrent', { ...of, file_priorities: '4' })
    const read = get(url)
    await seed.dial(session.port)
    isSame((await read).bytes, expected)
    await server.rest.call('stop_torrent', of)
    assert.is(codeIn(await get(url)), '409 content_missing', 'stopped')
    const magnet = { magnet: `magnet:?xt=urn:btih:${'1'.repeat(40)}` }
    await addTorrent(server.rest, session, magnet)
    assert.is(codeIn(await get(urlOf(server, session, '1'.repeat(40), 0))), '409 metadata_unknown')
  },
)

content.run()
