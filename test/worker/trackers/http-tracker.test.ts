import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { RecordingHttpTracker, type RecordedRequest } from '../../support/recording-tracker.ts'
import { eventually } from '../../support/suite.ts'
import { client, peerId, Subject, userAgent, trackerSuite } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = trackerSuite('worker/session/trackers/http-tracker')
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const until = (what: string, probe: () => boolean) => eventually(5000, what, probe)

test('every parameter is true over the whole life of a download', async () => {
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({
    interval: 600,
    'tracker id': 'id&1',
    peers: '',
    complete: 2,
    incomplete: 3,
    downloaded: 4,
  })
  const clock = new ManualClock()
  const trackers = client({ clock })
  const subject = new Subject([`${tracker.url}?passkey=a%2Fb`])
  const handle = trackers.add(subject)
  await until('started', () => handle.status()[0]?.state === 'working')
  subject.numbers = { uploaded: 10, downloaded: 400, left: 600, numPeers: 1, complete: false }
  clock.advance(600_000)
  await until('a plain announce', () => tracker.announces.length === 2)
  await until('its answer', () => handle.status()[0]?.state === 'working')
  subject.numbers = { uploaded: 20, downloaded: 1000, left: 0, numPeers: 1, complete: true }
  handle.completed()
  handle.completed()
  await until('completed', () => tracker.announces.length === 3)
  await until('its answer', () => handle.status()[0]?.state === 'working')
  clock.advance(600_000)
  await until('an announce as a seed', () => tracker.announces.length === 4)
  subject.numbers = { uploaded: 5000, downloaded: 1000, left: 0, numPeers: 1, complete: true }
  await handle.stop()
  await handle.stop()

  const sent = (name: string) => tracker.announces.map(({ parameters }) => parameters.get(name))
  assert.equal(sent('event'), ['started', undefined, 'completed', undefined, 'stopped'])
  assert.equal(sent('uploaded'), ['0', '10', '20', '20', '5000'])
  assert.equal(sent('downloaded'), ['0', '400', '1000', '1000', '1000'])
  assert.equal(sent('left'), ['1000', '600', '0', '0', '0'])
  assert.equal(sent('trackerid'), [undefined, 'id&1', 'id&1', 'id&1', 'id&1'])
  assert.equal(sent('numwant'), ['80', '80', '80', '80', '0'])
  tracker.announces.forEach((announce) => assertConstant(announce, subject.infoHash))
  assert.is(new Set(sent('key')).size, 1)
  assert.match(sent('key')[0] ?? '', /^[0-9a-f]{8}$/)
  assert.is(tracker.scrapes.length, 0)
  clock.advance(24 * 3_600_000)
  await trackers.close()
  assert.is(tracker.announces.length, 5)
})

function assertConstant({ path, parameters, headers }: RecordedRequest, infoHash: string): void {
  assert.is(path, '/announce')
  assert.is(parameters.get('passkey'), 'a/b')
  assert.is(parameters.get('info_hash'), latin1(Buffer.from(infoHash, 'hex')))
  assert.is(parameters.get('peer_id'), latin1(peerId))
  assert.is(parameters.get('port'), '6881')
  assert.is(parameters.get('compact'), '1')
  assert.is(parameters.get('no_peer_id'), '1')
  assert.is(headers['user-agent'], userAgent)
}

test('what is complete when added starts with left 0 and never sends completed', async () => {
  const tracker = await RecordingHttpTracker.start()
  const trackers = client()
  const subject = new Subject([tracker.url])
  subject.numbers = { uploaded: 5, downloaded: 0, left: 0, numPeers: 0, complete: true }
  const handle = trackers.add(subject)
  await until('started', () => handle.status()[0]?.state === 'working')
  handle.completed()
  await trackers.close()
  assert.equal(tracker.events(), ['started', 'stopped'])
  assert.is(tracker.announces[0]?.parameters.get('left'), '0')
})

test('a magnet without metadata never says left 0', async () => {
  const tracker = await RecordingHttpTracker.start()
  const trackers = client()
  const subject = new Subject([tracker.url])
  subject.numbers = { uploaded: 0, downloaded: 0, left: undefined, numPeers: 0, complete: false }
  const handle = trackers.add(subject)
  await until('started', () => handle.status()[0]?.state === 'working')
  await trackers.close()
  assert.equal(
    tracker.announces.map(({ parameters }) => parameters.get('left')),
    ['16384', '16384'],
  )
})

test('completed is told after started, once, when the tracker comes back', async () => {
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({ 'failure reason': 'busy' })
  const clock = new ManualClock()
  const trackers = client({ clock })
  const subject = new Subject([tracker.url])
  const handle = trackers.add(subject)
  await until('a failure', () => handle.status()[0]?.state === 'failed')
  subject.numbers = { uploaded: 0, downloaded: 1000, left: 0, numPeers: 0, complete: true }
  handle.completed()
  tracker.answer = () => ({ interval: 1800, peers: '' })
  clock.advance(30_000)
  await until('both events', () => tracker.announces.length === 3)
  await trackers.close()
  assert.equal(tracker.events(), ['started', 'started', 'completed', 'stopped'])
})

test('peers, counts, warning and the outside address reach the torrent', async () => {
  const tracker = await RecordingHttpTracker.start()
  tracker.answer = () => ({
    interval: 1800,
    peers: Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1),
    peers6: Uint8Array.of(...new Uint8Array(15), 1, 0, 80),
    complete: 7,
    incomplete: 8,
    'warning message': 'old client',
    'external ip': Uint8Array.of(192, 0, 2, 9),
  })
  const outside: string[] = []
  const trackers = client({ onExternalAddress: (address) => outside.push(address) })
  const subject = new Subject([tracker.url])
  tracker.scrapeAnswer = () => ({
    files: { [latin1(Buffer.from(subject.infoHash, 'hex'))]: { complete: 7, incomplete: 8, downloaded: 99 } },
  })
  const handle = trackers.add(subject)
  const status = await eventually(5000, 'the scrape', () =>
    handle.status().find((one) => one.downloads !== null),
  )
  assert.equal(subject.peers, [
    { host: '10.0.0.1', port: 6881 },
    { host: '::1', port: 80 },
  ])
  assert.equal(outside, ['192.0.2.9'])
  const { last_announce_at: lastAt, next_announce_at: nextAt, ...rest } = status
  assert.is((nextAt ?? 0) - (lastAt ?? 0), 1_800_000)
  assert.equal(rest, {
    url: tracker.url,
    tier: 0,
    state: 'working',
    seeds: 7,
    peers: 8,
    downloads: 99,
    message: 'old client',
  })
  await trackers.close()
})

test('a gzip answer and a redirect are followed', async () => {
  const tracker = await RecordingHttpTracker.start()
  const first = await RecordingHttpTracker.start()
  first.answer = () => (response) => response.writeHead(302, { location: `${tracker.url}?to` }).end()
  const peers = Uint8Array.of(10, 0, 0, 1, 0, 80)
  tracker.answer = () => (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(encodeBencode({ peers })))
  }
  const trackers = client()
  const subject = new Subject([first.url])
  trackers.add(subject)
  await until('peers', () => subject.peers.length === 1)
  assert.is(tracker.announces[0]?.headers['user-agent'], userAgent)
  await trackers.close()
})

const badAnswers: [string, RecordingHttpTracker['answer'], RegExp][] = [
  ['garbage', () => Buffer.from('<html>'), /^answer is not bencode$/],
  ['a cut-off answer', () => Buffer.from('d8:intervali1800e5:peers600:'), /^answer is not bencode$/],
  ['an error status', () => (response) => response.writeHead(503).end(), /answered 503$/],
  ['more than 1 MiB', () => new Uint8Array(1024 * 1024 + 1), /larger than/],
  [
    'a bomb',
    () => (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5e6))),
    /larger/,
  ],
  ['a broken connection', () => (response) => response.destroy(), /./],
  ['a failure reason', () => ({ 'failure reason': 'no such torrent' }), /^no such torrent$/],
]
for (const [what, answer, message] of badAnswers) {
  test(`${what} is a failure with a message`, async () => {
    const tracker = await RecordingHttpTracker.start()
    tracker.answer = answer
    const trackers = client()
    const handle = trackers.add(new Subject([tracker.url]))
    const failed = await eventually(5000, 'failed', () =>
      handle.status().find(({ state }) => state === 'failed'),
    )
    assert.match(failed.message, message)
    await trackers.close()
    assert.equal(tracker.events(), ['started'])
  })
}

test('an address that the policy refuses is never asked', async () => {
  const tracker = await RecordingHttpTracker.start()
  const trackers = client({ policy: { allows: () => false } })
  const handle = trackers.add(new Subject([tracker.url]))
  await until('a failure', () => handle.status()[0]?.state === 'failed')
  await trackers.close()
  assert.is(tracker.announces.length, 0)
})

test.run()
