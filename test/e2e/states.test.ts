/** The states that a torrent goes through in a real life, with real files and a real peer. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { startTcp, closeOrigins } from '../outward/origin.ts'
import { mixedFiles } from '../support/content.ts'
import { EventReader } from '../support/event-source.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startSeed } from '../support/seeds.ts'
import { shareServer, startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import type { LiveEvent } from '../../src/protocol/live.ts'

const states = suite('test/e2e/states')
const shared = shareServer(states, { ALLOW_PRIVATE: 'loopback' })
const options = { content: 4 * 1024 * 1024, pieceLength: 64 * 1024 }

states.after.each(async () => {
  await stopTrackers()
  await closeOrigins()
})

/** Every state of the server's torrent, in order, until one is `end`; `run` adds it. */
async function statesUntil(server: TestServer, end: string, run: () => Promise<void>): Promise<string[]> {
  await using events = new EventReader(`${server.address}/v1/events?topic=events`)
  await events.until('the beginning', ({ event }) => event === 'ready')
  await run()
  const told = (): LiveEvent[] =>
    events.got.filter(({ event }) => event === 'event').map(({ data }) => data as LiveEvent)
  return await eventually(20_000, `the state ${end}`, () => {
    const changes = told().filter(({ type }) => type === 'torrent_added' || type === 'torrent_state')
    const seen = changes.map(({ state }) => String(state))
    return seen.at(-1) === end && seen
  })
}

states('files that are complete are checked and seeded without a byte downloaded', async () => {
  const server = shared()
  const made = makeMetainfo({ files: mixedFiles, name: 'tree' })
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest)
  const row = await addTorrent(server.rest, session, { file: made.bytes })
  assert.is(row.state, 'checking_resume_data')
  const seeding = await whenState(server.rest, session, made.infoHash, 'seeding')
  assert.equal(
    { progress: seeding.progress, downloaded: seeding.downloaded, eta_ms: seeding.eta_ms },
    { progress: 1, downloaded: 0, eta_ms: null },
  )
})

states('existing files are hashed in the state checking_files', async () => {
  const server = shared()
  const made = makeMetainfo({ content: 48 * 1024 * 1024, pieceLength: 1024 * 1024 })
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest)
  const seen = await statesUntil(server, 'seeding', async () => {
    await addTorrent(server.rest, session, { file: made.bytes })
  })
  assert.ok(seen.includes('checking_files'), seen.join(' '))
})

caseWith(states, 'of a half-damaged copy only the damaged pieces are fetched', ['libtorrent'], async () => {
  const server = shared()
  await using seed = await startSeed(options)
  const { made } = seed
  const file = join(server.rootDir, 'here', made.name)
  mkdirSync(join(server.rootDir, 'here'))
  const damaged = Buffer.from(made.content)
  for (let piece = 0; piece < made.pieceCount; piece += 2)
    damaged.fill(0, piece * made.pieceLength + 7, piece * made.pieceLength + 99)
  writeFileSync(file, damaged)
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes })
  const half = await whenState(server.rest, session, made.infoHash, 'downloading')
  assert.equal([half.progress, half.downloaded], [0.5, 0])
  await seed.dial(session.port)
  const whole = await whenState(server.rest, session, made.infoHash, 'seeding')
  assert.is(whole.progress, 1)
  assert.is(whole.downloaded, made.length / 2)
  assert.ok(readFileSync(file).equals(made.content))
})

caseWith(
  states,
  'a magnet goes from downloading_metadata over downloading to seeding',
  ['libtorrent'],
  async () => {
    const server = shared()
    await using seed = await startSeed(options)
    const { made } = seed
    const session = await openSession(server.rest, { download_limit: 2_000_000 })
    const seen = await statesUntil(server, 'seeding', async () => {
      const row = await addTorrent(server.rest, session, { magnet: seed.magnet })
      assert.is(row.state, 'downloading_metadata')
    })
    const passed = seen.filter((state) => state !== 'checking_resume_data') // it may be over between two looks
    assert.equal(passed, ['downloading_metadata', 'downloading', 'seeding'])
    const done = await whenState(server.rest, session, made.infoHash, 'seeding')
    assert.equal(
      { name: done.name, size: done.total_size, progress: done.progress, pieces: done.num_pieces },
      { name: made.name, size: made.length, progress: 1, pieces: made.pieceCount },
    )
    assert.ok(readFileSync(join(server.rootDir, 'here', made.name)).equals(made.content))
  },
)

caseWith(
  states,
  'while it downloads, a row tells rates, peers, seeds and the time to the end',
  ['libtorrent'],
  async () => {
    const server = shared()
    await using seed = await startSeed({ ...options, content: 8 * 1024 * 1024 })
    const { made } = seed
    const session = await openSession(server.rest, { download_limit: 1_000_000 })
    await addTorrent(server.rest, session, { magnet: seed.magnet })
    const row = await whenTorrent(
      server.rest,
      session,
      made.infoHash,
      ({ download_rate, progress, state }) =>
        state === 'downloading' && download_rate > 0 && progress > 0.1 && progress < 1,
    )
    assert.equal([row.num_peers, row.num_seeds], [1, 1])
    assert.ok(row.eta_ms !== null && row.eta_ms > 0)
    assert.ok(row.downloaded > 0 && row.downloaded < made.length)
    const { num_peers, download_rate } = await server.rest.call('get_session', { session_id: session.id })
    assert.is(num_peers, 1)
    assert.ok(download_rate > 0)
  },
)

states('autostart=0 is stopped, and neither its tracker nor a peer sees anything', async () => {
  const server = shared()
  const tracker = await RecordingHttpTracker.start()
  const peer = await startTcp(() => undefined)
  const session = await openSession(server.rest)
  const made = makeMetainfo({ trackers: [tracker.url] })
  const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&x.pe=127.0.0.1:${peer.port}&tr=${encodeURIComponent(tracker.url)}`
  assert.is((await addTorrent(server.rest, session, { file: made.bytes, autostart: 0 })).state, 'stopped')
  assert.is((await addTorrent(server.rest, session, { magnet: link, autostart: 0 })).state, 'stopped')
  // a third one that is started after them is seen, so that there was time to see the others
  const started = makeMetainfo({ name: 'started', trackers: [tracker.url] })
  await addTorrent(server.rest, session, { file: started.bytes })
  await eventually(10_000, 'an announce', () => tracker.announces.length > 0)
  assert.equal(
    tracker.announces.map(({ parameters }) =>
      Buffer.from(parameters.get('info_hash') ?? '', 'latin1').toString('hex'),
    ),
    [started.infoHash],
  )
  assert.is(peer.connections, 0)
  await whenState(server.rest, session, started.infoHash, 'downloading')
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
  assert.equal(
    torrents.map(({ state }) => state),
    ['stopped', 'stopped', 'downloading'],
  )
})

caseWith(
  states,
  "a tracker's peers are dialled and bring the torrent to seeding",
  ['libtorrent'],
  async () => {
    const server = shared()
    const tracker = await RecordingHttpTracker.start()
    await using seed = await startSeed({ ...options, trackers: [] })
    const port = Buffer.from([127, 0, 0, 1, seed.port >> 8, seed.port & 255])
    tracker.answer = () => ({ interval: 1800, peers: port })
    const made = makeMetainfo({ ...options, trackers: [tracker.url] })
    const session = await openSession(server.rest)
    await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, made.infoHash, 'seeding')
    await eventually(10_000, 'completed is told', () => tracker.events().includes('completed'))
    assert.equal(tracker.events().slice(0, 2), ['started', 'completed'])
    await server.rest.call('delete_session', { session_id: session.id })
    await eventually(10_000, 'stopped is told', () => tracker.events().at(-1) === 'stopped')
  },
)

caseWith(states, 'peers on loopback are not dialled unless they are allowed', ['libtorrent'], async () => {
  await using server = await startTestServer()
  const peer = await startTcp(() => undefined)
  const session = await openSession(server.rest)
  const made = makeMetainfo()
  const link = `magnet:?xt=urn:btih:${made.infoHash}&x.pe=127.0.0.1:${peer.port}`
  await addTorrent(server.rest, session, { magnet: link })
  await addTorrent(server.rest, session, { file: makeMetainfo({ name: 'other' }).bytes })
  await whenState(server.rest, session, makeMetainfo({ name: 'other' }).infoHash, 'downloading')
  assert.is(peer.connections, 0)
})

caseWith(
  states,
  'a folder in the place of its file is the state error with code and message',
  ['libtorrent'],
  async () => {
    const server = shared()
    await using seed = await startSeed(options)
    const { made } = seed
    mkdirSync(join(server.rootDir, 'here', made.name), { recursive: true })
    const session = await openSession(server.rest)
    await addTorrent(server.rest, session, { magnet: seed.magnet })
    const { error } = await whenState(server.rest, session, made.infoHash, 'error')
    assert.type(error?.code, 'string')
    assert.type(error?.message, 'string')
    assert.not.match(error?.message ?? '', server.rootDir)
    const { torrents } = await server.rest.call('get_torrent_list', { session_id: session.id })
    assert.equal(torrents[0]?.error, error)
    assert.is((await server.rest.call('get_session', { session_id: session.id })).state, 'running')
  },
)

caseWith(
  states,
  'a file in the place of save_path is the state error, and other torrents go on',
  ['libtorrent'],
  async () => {
    const server = shared()
    await using seed = await startSeed(options)
    const { made } = seed
    const session = await openSession(server.rest)
    const { info_hash } = await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, info_hash, 'downloading')
    writeFileSync(join(server.rootDir, 'here'), 'in the way')
    const other = makeMetainfo({ name: 'other', content: 1000 })
    writeFiles(join(server.rootDir, 'there'), other)
    await seed.dial(session.port)
    const { error } = await whenState(server.rest, session, info_hash, 'error')
    assert.type(error?.code, 'string')
    await addTorrent(server.rest, session, { file: other.bytes, save_path: 'there' })
    await whenState(server.rest, session, other.infoHash, 'seeding')
  },
)

states.run()
