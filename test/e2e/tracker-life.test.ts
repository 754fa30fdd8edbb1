/** What a tracker is told over the whole life of a torrent: every parameter of every announce. */
import * as assert from 'uvu/assert'
import { makeMetainfo } from '../support/metainfo.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { sendRange, serveFiles } from '../support/web-server.ts'

const test = suite('test/e2e/tracker-life')
const waitMs = 20_000
test.after.each(stopTrackers)

test('add, download, complete, stop, start, restart of the process and delete are told truly', async () => {
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({ interval: 1800, 'min interval': 60, 'tracker id': 'known', peers: '' })
  const announced = async (events: string[]): Promise<void> => {
    await eventually(waitMs, events.join(' '), () => tracker.announces.length >= events.length)
    assert.equal(tracker.events(), events)
  }
  const content = { content: 700_000, pieceLength: 64 * 1024, name: 'lone.bin' }
  const { content: bytes, files } = makeMetainfo(content)
  const opened = Promise.withResolvers<undefined>()
  await using web = await serveFiles(files, (asked, response) => {
    void opened.promise.then(() => sendRange(response, asked, bytes))
    return true
  })
  const made = makeMetainfo({ ...content, webSeeds: [`${web.url}/`], trackers: [tracker.url] })
  const settings = { DATA_DIR: temporaryFolder(), ALLOW_PRIVATE_PEERS: 'loopback' }
  let port: number
  let named: { session_id: string; info_hash: string }
  {
    await using server = await startTestServer(settings)
    const session = await openSession(server.rest, { memory_only: 0, announce_address: '203.0.113.7' })
    port = session.port
    named = { session_id: session.id, info_hash: made.infoHash }
    await addTorrent(server.rest, session, { file: made.bytes })
    await announced(['started'])
    opened.resolve(undefined)
    await whenState(server.rest, session, made.infoHash, 'seeding')
    await announced(['started', 'completed'])
    await server.rest.call('update_session', { session_id: session.id, announce_address: '2001:DB8:0::7' })
    await server.rest.call('stop_torrent', named)
    await announced(['started', 'completed', 'stopped'])
    await server.rest.call('start_torrent', named)
    await announced(['started', 'completed', 'stopped', 'started'])
  }
  const ofFirst = ['started', 'completed', 'stopped', 'started', 'stopped']
  await announced(ofFirst)
  {
    await using server = await startTestServer(settings)
    await announced([...ofFirst, 'started'])
    await server.rest.call('delete_torrent', named)
    await announced([...ofFirst, 'started', 'stopped'])
  }
  const sent = (name: string): (string | undefined)[] =>
    tracker.announces.map(({ parameters }) => parameters.get(name))
  const all = String(made.length)
  assert.equal(sent('left'), [all, '0', '0', '0', '0', '0', '0'])
  assert.equal(sent('downloaded'), ['0', all, all, all, all, all, all])
  assert.equal(new Set(sent('uploaded')), new Set(['0']))
  assert.equal(new Set(sent('info_hash').map(hex)), new Set([made.infoHash]))
  assert.equal(new Set(sent('peer_id').map(hex)), new Set([named.session_id]))
  assert.equal(new Set(sent('port')), new Set([String(port)]))
  assert.equal(new Set(sent('compact')), new Set(['1']))
  assert.equal(new Set(sent('no_peer_id')), new Set(['1']))
  assert.equal(sent('numwant'), ['80', '80', '0', '80', '0', '80', '0'])
  const later = new Array<string>(5).fill('2001:db8::7')
  assert.equal(sent('ip'), ['203.0.113.7', '203.0.113.7', ...later])
  assert.is(new Set(sent('key')).size, 1)
  assert.equal(sent('trackerid'), [undefined, 'known', 'known', undefined, 'known', undefined, 'known'])
  assert.is(new Set(tracker.announces.map(({ headers }) => headers['user-agent'])).size, 1)
})

function hex(bytes = ''): string {
  return Buffer.from(bytes, 'latin1').toString('hex')
}

test.run()
