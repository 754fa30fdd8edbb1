/** The content of a file over HTTP while it is downloaded from a real client. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import { absence, addCase, caseWith } from '../interop/require.ts'
import { restFace } from '../support/faces.ts'
import { faultySession, order } from '../support/faults.ts'
import { adminKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { codeIn, get, isSame, urlOf } from '../support/read-content.ts'
import { startPartialSeed, startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { playWithVlc } from '../support/vlc.ts'

const content = suite('test/e2e/content-download')
const waitMs = 30_000
const filmSeconds = 12
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

const noVlc = absence(['cvlc'])
const readers = noVlc ? 'ffprobe and ffmpeg' : 'ffprobe, ffmpeg and VLC'

// the index of an MP4 is at its end
for (const suffix of ['mp4', 'mkv']) {
  caseWith(
    content,
    `${readers} read ${suffix} by its link while it is downloaded`,
    ['libtorrent', 'ffmpeg'],
    async () => {
      const name = `film.${suffix}`
      const film = makeFilm(name)
      await using server = await startTestServer({ ADMIN_KEY: adminKey, ALLOW_PRIVATE_PEERS: 'loopback' })
      const made = makeMetainfo({ name, content: film, pieceLength })
      // a part that nobody has, so that it is never there as a whole, however slow those are that read it
      const part = Buffer.from(film).fill(0, Math.round(film.length * 0.7), Math.round(film.length * 0.9))
      await using seed = await startPartialSeed(made, part)
      const { infoHash: info_hash, bytes } = made
      const session = await openSession(server.rest)
      const of = { session_id: session.id, info_hash }
      await addTorrent(server.rest, session, { file: bytes, download_limit: Math.round(film.length / 4) })
      await whenState(server.rest, session, info_hash, 'downloading')
      await seed.dial(session.port)
      const { path } = await server.rest.call('create_link', { ...of, index: 0 })
      const url = server.address + path
      const probed = await run('ffprobe', ['-show_format', '-show_streams', '-of', 'json', url])
      const { format, streams } = JSON.parse(probed) as Probed
      assert.ok(Math.abs(Number(format.duration) - filmSeconds) < 1, format.duration)
      assert.equal(streams.map(({ codec_type }) => codec_type).sort(), ['audio', 'video'])
      // a second of the middle is played before the whole is there
      await run('ffmpeg', ['-ss', String(filmSeconds / 2), '-i', url, '-t', '1', '-f', 'null', '-'])
      const isDownloading = async (): Promise<void> => {
        const { progress } = await server.rest.call('get_torrent', of)
        assert.ok(progress < 1, `${progress} of it was there`)
      }
      await isDownloading()
      if (noVlc) return
      // slow, so that it is not all there before VLC has started
      await server.rest.call('update_torrent', { ...of, download_limit: Math.round(film.length / 30) })
      await playWithVlc(url, { from: filmSeconds / 2, seconds: 1 }, isDownloading)
    },
  )
}

if (noVlc) addCase(content, 'VLC plays both by their links', noVlc, async () => await Promise.resolve())

interface Probed {
  format: { duration: string }
  streams: { codec_type: string }[]
}

/** A film with sound whose picture is noise, so that no part of it is small. */
function makeFilm(name: string): Uint8Array {
  const file = join(temporaryFolder(), name)
  const picture = `nullsrc=s=320x180:r=10:d=${filmSeconds},noise=alls=100:allf=t`
  const sound = `sine=frequency=440:duration=${filmSeconds}`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound]
  const codecs = ['-c:v', 'mpeg4', '-b:v', '3M', '-c:a', 'aac']
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...codecs, file])
  return readFileSync(file)
}

/** What a program of ffmpeg says; rejects where it says that something is wrong. */
async function run(program: 'ffprobe' | 'ffmpeg', parameters: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, ['-v', 'error', ...parameters])
  assert.is(stderr, '')
  return stdout
}

content.run()
