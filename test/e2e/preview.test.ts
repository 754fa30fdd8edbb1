/** What is in a torrent, without adding it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { codeOf } from '../support/keys.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import { serveFiles } from '../support/web-server.ts'

const test = suite('test/e2e/preview')
test.after.each(stopTrackers)

test('a file, a URL and a magnet link show what is in them and leave no trace', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const { rest } = server
  const tracker = await RecordingHttpTracker.start()
  const files = [
    { path: 'one.bin', content: 70_000 },
    { path: 'two/deep.bin', content: 30_000 },
  ]
  const made = makeMetainfo({ name: 'shown', files, trackers: [tracker.url] })
  const seeding = await openSession(rest)
  writeFiles(join(server.rootDir, 'there'), made)
  await addTorrent(rest, seeding, { file: makeMetainfo({ name: 'shown', files }).bytes, save_path: 'there' })
  await whenState(rest, seeding, made.infoHash, 'seeding')

  const session = await openSession(rest)
  const named = { session_id: session.id }
  const file = await rest.call('preview_torrent', { ...named, file: made.bytes })
  assert.equal(file, {
    info_hash: made.infoHash,
    name: 'shown',
    total_size: 100_000,
    piece_length: made.pieceLength,
    num_pieces: made.pieceCount,
    private: false,
    files: [
      { path: join('shown', 'one.bin'), length: 70_000 },
      { path: join('shown', 'two', 'deep.bin'), length: 30_000 },
    ],
    trackers: [{ url: tracker.url, tier: 0 }],
    web_seeds: [],
  })
  await using web = await serveFiles([], (_, response) => {
    response.end(made.bytes)
    return true
  })
  assert.equal(await rest.call('preview_torrent', { ...named, url: `${web.url}/a.torrent` }), file)
  assert.equal(tracker.events(), [])

  const peer = `x.pe=127.0.0.1:${seeding.port}`
  const magnet = `magnet:?xt=urn:btih:${made.infoHash}&${peer}&tr=${encodeURIComponent(tracker.url)}`
  const socket = await server.socket()
  for (const face of [rest, socket])
    assert.equal(await face.call('preview_torrent', { ...named, magnet }), file)
  await eventually(
    10_000,
    'its farewell',
    () => tracker.events().filter((one) => one === 'stopped').length > 0,
  )
  assert.equal((await rest.call('get_torrent_list', named)).torrents, [])
  assert.is(
    codeOf(await rest.ask('get_torrent', { ...named, info_hash: made.infoHash })),
    'torrent_not_found',
  )
  assert.equal(readdirSync(server.rootDir), ['there'])

  // what the session has is shown without asking anybody
  assert.equal(
    (await rest.call('preview_torrent', { ...named, session_id: seeding.id, magnet })).files,
    file.files,
  )
  assert.is(codeOf(await rest.ask('preview_torrent', named)), 'select_one_source')
  assert.is(
    codeOf(await rest.ask('preview_torrent', { ...named, file: Buffer.from('no') })),
    'invalid_bencode',
  )
})

test('a magnet link whose metadata nobody sends ends at its time, or when the torrent is added', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const { rest } = server
  const session = await openSession(rest)
  const made = makeMetainfo({ content: 50_000 })
  writeFiles(join(server.rootDir, 'here'), made)
  const magnet = `magnet:?xt=urn:btih:${made.infoHash}`
  const ask = (timeout_ms: number) =>
    rest.ask('preview_torrent', { session_id: session.id, magnet, timeout_ms })
  assert.is(codeOf(await ask(1000)), 'metadata_unknown')
  const waiting = ask(60_000)
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'seeding')
  // it came before the torrent and was given up, or after it and was shown that
  assert.ok(['metadata_unknown', 'success'].includes(codeOf(await waiting)))
})

test.run()
