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
