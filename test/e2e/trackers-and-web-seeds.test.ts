/** What a torrent's trackers and web seeds did, asked of the whole server. */
import * as assert from 'uvu/assert'
import { join } from 'node:path'
import { toWireError } from '../../src/protocol/errors.ts'
import { swarmHandlers } from '../../src/main/handlers/swarm-handlers.ts'
import { anybody } from '../support/access.ts'
import { contentHash } from '../support/content.ts'
import { faultySession, order } from '../support/faults.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { supervise } from '../support/supervised.ts'
import { serveFiles } from '../support/web-server.ts'

const test = suite('test/e2e/trackers-and-web-seeds')
const allowed = { ALLOW_PRIVATE_PEERS: 'loopback' }
test.after.each(stopTrackers)

test('a torrent downloads by its web seed alone, and tells what it and its trackers did', async () => {
  await using server = await startTestServer(allowed)
  const { rest } = server
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({ interval: 900, complete: 7, incomplete: 3, 'warning message': 'be kind' })
  const plain = { name: 'a folder', files: [{ path: 'on the web #1.bin', content: 1_500_000 }] }
  const served = makeMetainfo(plain)
  await using web = await serveFiles(served.files)
  const made = makeMetainfo({ ...plain, webSeeds: [web.url], trackers: [tracker.url] })
  const session = await openSession(rest)
  await addTorrent(rest, session, { file: made.bytes })
  const row = await whenState(rest, session, made.infoHash, 'seeding')
  assert.is(row.downloaded, made.length)
  const expected = temporaryFolder()
  writeFiles(expected, made)
  assert.is(contentHash(join(server.rootDir, 'here')), contentHash(expected))

  const named = { session_id: session.id, info_hash: made.infoHash }
  const { web_seeds } = await rest.call('get_web_seeds', named)
  assert.is(web_seeds[0]?.url, web.url)
  assert.is(web_seeds[0]?.downloaded, made.length)
  assert.is(web_seeds[0]?.message, '')
  const working = await eventually(5000, 'an announce', async () => {
    const { trackers } = await rest.call('get_trackers', named)
    return trackers[0]?.state === 'working' && trackers[0]
  })
  const { last_announce_at: last, next_announce_at: next, ...rest_ } = working
  assert.equal(rest_, {
    url: tracker.url,
    tier: 0,
    state: 'working',
    seeds: 7,
    peers: 3,
    downloads: null,
    message: 'be kind',
  })
  assert.ok(last !== null && next !== null && next - last === 900_000)

  const { trackers } = await rest.call('reannounce_torrent', named)
  const again = trackers[0]?.next_announce_at ?? 0
  assert.ok(again - last >= 60_000 && again - last < 61_000, `${again - last} ms after the last`)

  await rest.call('stop_torrent', named)
  await eventually(5000, 'the record', async () => {
    const stopped = await rest.call('get_trackers', named)
    return stopped.trackers[0]?.state === 'idle' && stopped.trackers[0].next_announce_at === null
  })
  assert.is((await rest.call('get_web_seeds', named)).web_seeds[0]?.downloaded, 0)
  assert.is((await rest.ask('reannounce_torrent', named)).error?.code, 'torrent_not_running')
  assert.is(
    (await rest.ask('get_trackers', { ...named, info_hash: '0'.repeat(40) })).error?.code,
    'torrent_not_found',
  )
  for (const line of server.lines) assert.not.match(JSON.stringify(line), /\/announce/)
})

test('trackers and web seeds are added, edited and removed, at once and for good', async () => {
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => RecordingHttpTracker.start()))
  if (!a || !b || !c) return assert.unreachable()
  const told = (tracker: RecordingHttpTracker, ...events: string[]) =>
    eventually(10_000, events.join(' '), () => tracker.events().join() === events.join())
  const made = makeMetainfo({ content: 300_000, name: 'lone.bin', trackers: [a.url] })
  await using web = await serveFiles(made.files)
  const settings = { ...allowed, DATA_DIR: temporaryFolder() }
  let named: { session_id: string; info_hash: string }
  {
    await using server = await startTestServer(settings)
    const { rest } = server
    const session = await openSession(rest, { memory_only: 0 })
    named = { session_id: session.id, info_hash: made.infoHash }
    await addTorrent(rest, session, { file: made.bytes })
    await told(a, 'started')
    const tiers = [
      { url: a.url, tier: 0 },
      { url: c.url, tier: 1 },
    ]
    assert.equal((await rest.call('add_tracker', { ...named, urls: [c.url, a.url] })).trackers, tiers)
    // in the place of the one that works, which is told
    await rest.call('edit_tracker', { ...named, url: a.url, new_url: b.url })
    await told(a, 'started', 'stopped')
    await told(b, 'started')
    await rest.call('remove_tracker', { ...named, urls: b.url })
    await told(b, 'started', 'stopped')
    await told(c, 'started')
    const { magnet } = await rest.call('get_magnet', named)
    assert.equal(new URL(magnet).searchParams.getAll('tr'), [c.url])

    const missing = { ...named, url: a.url, tier: 3 }
    assert.is((await rest.ask('edit_tracker', missing)).error?.code, 'not_found')
    for (const urls of ['ftp://192.0.2.1/', [], 'http://a b/']) {
      assert.is((await rest.ask('add_tracker', { ...named, urls })).error?.code, 'invalid_parameter')
    }
    const many = Array.from({ length: 64 }, (_, at) => `http://192.0.2.1/${at}`)
    assert.is((await rest.ask('add_tracker', { ...named, urls: many })).error?.code, 'invalid_parameter')

    await rest.call('add_web_seed', { ...named, urls: [`${web.url}/none.bin`, `${web.url}/lone.bin`] })
    await whenState(rest, session, made.infoHash, 'seeding')
    const left = await rest.call('remove_web_seed', { ...named, urls: `${web.url}/none.bin` })
    assert.equal(left.web_seeds, [{ url: `${web.url}/lone.bin` }])
    const { web_seeds } = await rest.call('get_web_seeds', named)
    assert.equal(
      web_seeds.map(({ url, downloaded }) => [url, downloaded]),
      [[`${web.url}/lone.bin`, made.length]],
    )
  }
  {
    await using server = await startTestServer(settings)
    await told(c, 'started', 'completed', 'stopped', 'started')
    assert.equal(
      (await server.rest.call('get_web_seeds', named)).web_seeds.map(({ url }) => url),
      [`${web.url}/lone.bin`],
    )
    const { results } = await server.rest.call('remove_trackers', {
      session_id: named.session_id,
      info_hashes: 'all',
      urls: c.url,
    })
    assert.equal(results, [{ info_hash: made.infoHash, status: 'success' }])
    assert.equal((await server.rest.call('get_trackers', named)).trackers, [])
  }
  await told(c, 'started', 'completed', 'stopped', 'started', 'stopped')
})

test('a private torrent leaves the peers of a tracker that it leaves', async () => {
  await using server = await startTestServer({ ...allowed, COMMANDS_PER_KEY: '1000' })
  const { rest } = server
  const tracker = await RecordingHttpTracker.start()
  const made = makeMetainfo({ content: 2_000_000, private: true, trackers: [tracker.url] })
  const alone = makeMetainfo({ content: 2_000_000, private: true })
  writeFiles(join(server.rootDir, 'there'), made)
  const seeding = await openSession(rest, { upload_limit: 50_000 })
  await addTorrent(rest, seeding, { file: alone.bytes, save_path: 'there' })
  await whenState(rest, seeding, made.infoHash, 'seeding')
  const port = Buffer.from([seeding.port >> 8, seeding.port & 255])
  tracker.answer = () => ({ interval: 1800, peers: Buffer.concat([Buffer.from([127, 0, 0, 1]), port]) })
  const session = await openSession(rest)
  await addTorrent(rest, session, { file: made.bytes })
  const named = { session_id: session.id, info_hash: made.infoHash }
  const peers = async () => (await rest.call('get_peers', named)).peers.length
  await eventually(10_000, 'the seed', async () => (await peers()) === 1)
  await rest.call('remove_tracker', { ...named, urls: tracker.url })
  await eventually(10_000, 'nobody', async () => (await peers()) === 0)
})

test('a worker that is silent leaves the question unanswered, and not the caller', async () => {
  await using sessions = supervise({ entry: faultySession() })
  const { id } = await sessions.create()
  const made = makeMetainfo()
  await sessions.command('upload_torrent', { session_id: id, file: made.bytes, save_path: 'here' })
  order({ sessionId: id, fault: 'silent' })
  const handlers = swarmHandlers(sessions.supervisor, 100)
  const ask = async (): Promise<string | undefined> => {
    try {
      await handlers.get_trackers({ session_id: id, info_hash: made.infoHash }, anybody)
      return undefined
    } catch (error) {
      return toWireError(error).code
    }
  }
  await eventually(5000, 'the silence', async () => (await ask()) === 'session_unresponsive')
})

test.run()
