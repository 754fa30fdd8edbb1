/** The setting `tracker_proxy` over the whole server. */
import * as assert from 'uvu/assert'
import { makeMetainfo } from '../support/metainfo.ts'
import { startSocksProxy, stopProxies } from '../support/proxies.ts'
import { RecordingHttpTracker, stopTrackers } from '../support/recording-tracker.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const test = suite('test/e2e/tracker-proxy')
const waitMs = 20_000

test.after.each(async () => {
  await stopTrackers()
  await stopProxies()
})

test('trackers are asked by way of it from the start and from each change on, and its credentials are not shown', async () => {
  const [tracker, proxy] = await Promise.all([RecordingHttpTracker.start(), startSocksProxy('name:word')])
  const url = tracker.url.replace('127.0.0.1', 'tracker.example')
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const { rest } = server
  const tracker_proxy = `socks5://name:word@${proxy.address}`
  const shown = `socks5://***@${proxy.address}`
  const session = await openSession(rest, { tracker_proxy })
  const session_id = session.id
  const { info_hash } = await addTorrent(rest, session, { file: makeMetainfo({ trackers: [url] }).bytes })
  const named = { session_id, info_hash }
  const announced = async (...events: string[]): Promise<void> => {
    await eventually(waitMs, events.join(' '), () => tracker.announces.length >= events.length)
    assert.equal(tracker.events(), events)
  }
  await announced('started')
  assert.equal(new Set(proxy.targets), new Set([new URL(url).host]))

  const { sessions } = await rest.call('get_session_list')
  const one = await rest.call('get_session', { session_id })
  assert.equal(
    [session, one, ...sessions].map(({ settings }) => settings.tracker_proxy),
    [shown, shown, shown],
  )
  assert.is(
    (await rest.ask('update_session', { session_id, tracker_proxy: shown })).error?.code,
    'invalid_parameter',
  )
  assert.not.match(JSON.stringify(server.lines), 'name:word')

  await rest.call('update_session', { session_id, tracker_proxy: '' })
  await rest.call('edit_tracker', { ...named, url, new_url: tracker.url })
  const { length } = proxy.targets
  await eventually(waitMs, 'an announce past it', () => tracker.announces.length > 1)
  assert.is(proxy.targets.length, length)

  await rest.call('update_session', { session_id, tracker_proxy })
  await rest.call('stop_torrent', named)
  await eventually(waitMs, 'stopped through it', () => tracker.events().at(-1) === 'stopped')
  assert.is(proxy.targets.at(-1), new URL(tracker.url).host)
})

test('ranges that are opened for peers and trackers are not opened for it, nor for one that is kept', async () => {
  const [tracker, proxy] = await Promise.all([RecordingHttpTracker.start(), startSocksProxy()])
  const tracker_proxy = `socks5://${proxy.address}`
  const kept = { DATA_DIR: temporaryFolder() }
  let session_id: string
  {
    await using server = await startTestServer({ ...kept, ALLOW_PRIVATE: 'loopback' })
    session_id = (await openSession(server.rest, { memory_only: 0, tracker_proxy })).id
  }
  await using server = await startTestServer({ ...kept, ALLOW_PRIVATE_PEERS: 'loopback' })
  const { rest } = server
  const session = await eventually(waitMs, 'running', async () => {
    const shown = await rest.call('get_session', { session_id })
    return shown.state === 'running' && shown
  })
  assert.is(session.settings.tracker_proxy, tracker_proxy)
  const made = makeMetainfo({ trackers: [tracker.url] })
  const { info_hash } = await addTorrent(rest, session, { file: made.bytes })
  const failed = await eventually(waitMs, 'failed', async () => {
    const { trackers } = await rest.call('get_trackers', { session_id, info_hash })
    return trackers.find(({ state }) => state === 'failed')
  })
  assert.match(failed.message, /: the proxy points to an address that is not allowed$/)

  const port = proxy.address.split(':')[1] ?? ''
  for (const host of ['127.0.0.1', '0x7f.1', 'localhost', '[::ffff:127.0.0.1]']) {
    const given = { session_id, tracker_proxy: `socks5://${host}:${port}` }
    assert.is((await rest.ask('update_session', given)).error?.code, 'address_not_allowed', host)
  }
  assert.is((await rest.ask('create_session', { tracker_proxy })).error?.code, 'address_not_allowed')
  assert.equal([proxy.connections, tracker.announces.length], [0, 0])
})

test.run()
