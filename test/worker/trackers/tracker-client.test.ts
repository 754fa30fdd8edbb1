import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { RecordingHttpTracker, RecordingUdpTracker } from '../../support/recording-tracker.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { client, Subject } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = suite('worker/session/trackers/tracker-client')
const until = (what: string, probe: () => boolean) => eventually(10_000, what, probe)

test('the starts of 500 torrents are spread over ten seconds', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock, pace: { inFlight: 20, inFlightPerHost: 10, gapMs: 20 } })
  const startedAt = clock.now()
  for (let count = 0; count < 500; count++) trackers.add(new Subject([tracker.url]))
  const perSecond = new Map<number, number>()
  for (let seen = 0; seen < 500;) {
    clock.advance(20)
    await until('the answers', () => tracker.announces.length + tracker.scrapes.length >= 0)
    const second = Math.floor((clock.now() - startedAt) / 1000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + tracker.announces.length - seen)
    seen = tracker.announces.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(clock.now() - startedAt >= 499 * 20)
  assert.ok(Math.max(...perSecond.values()) <= 51)
  await trackers.close()
  assert.is(new Set(tracker.announces.map(({ infoHash }) => infoHash)).size, 500)
  await tracker.stop()
})

test('at most ten announces are under way to one host', async () => {
  const tracker = await RecordingHttpTracker.start()
  const held: (() => void)[] = []
  tracker.answer = () => (response) => held.push(() => response.end('d8:intervali900ee'))
  const trackers = client()
  const handles = Array.from({ length: 25 }, () => trackers.add(new Subject([tracker.url])))
  const announcing = () => handles.filter((handle) => handle.status()[0]?.state === 'announcing').length
  for (const seen of [10, 20, 25]) {
    await until('announces', () => tracker.announces.length === seen)
    assert.ok(announcing() <= 10)
    held.splice(0).forEach((release) => release())
  }
  tracker.answer = () => ({ interval: 900 })
  await trackers.close()
  assert.is(tracker.events().filter((event) => event === 'stopped').length, 25)
  await tracker.stop()
})

test('closing tells stopped for all, those with peers first', async () => {
  const tracker = await RecordingHttpTracker.start()
  const trackers = client()
  const subjects = Array.from({ length: 60 }, () => new Subject([tracker.url]))
  const handles = subjects.map((subject) => trackers.add(subject))
  await until('all working', () => handles.every((handle) => handle.status()[0]?.state === 'working'))
  const withPeers = subjects.filter((_, index) => index % 3 === 2)
  for (const subject of withPeers) subject.numbers = { ...subject.numbers, numPeers: 2, uploaded: 9 }
  await trackers.close()
  const stopped = tracker.announces.filter(({ parameters }) => parameters.get('event') === 'stopped')
  assert.is(stopped.length, 60)
  // Ten are under way at once, so that they may overtake each other.
  const uploaded = stopped.map(({ parameters }) => parameters.get('uploaded'))
  assert.ok(uploaded.slice(0, 11).every((bytes) => bytes === '9'))
  assert.ok(uploaded.slice(30).every((bytes) => bytes === '0'))
  await tracker.stop()
})

for (const kind of ['http', 'udp'] as const) {
  test(`closing ends within its deadline although a ${kind} tracker never answers`, async () => {
    const tracker = kind === 'http' ? await RecordingHttpTracker.start() : await RecordingUdpTracker.start()
    const trackers = client()
    const handles = Array.from({ length: 100 }, () => trackers.add(new Subject([tracker.url])))
    await until('all working', () => handles.every((handle) => handle.status()[0]?.state === 'working'))
    if (tracker instanceof RecordingHttpTracker) tracker.answer = () => () => undefined
    else tracker.answer = () => undefined
    await within(3000, 'close', trackers.close(300))
    await within(1000, 'a second close', trackers.close())
    assert.ok(tracker.announces.length > 100)
    assert.ok(tracker.announces.length <= 120)
    await tracker.stop()
  })
}

test('a stop ends although the tracker never answers', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([tracker.url]))
  await until('working', () => handle.status()[0]?.state === 'working')
  tracker.answer = () => undefined
  const stopped = handle.stop()
  await until('stopped', () => tracker.announces.length === 2)
  clock.advance(20_000)
  await within(1000, 'stop', stopped)
  await trackers.close()
  await tracker.stop()
})

test('silent trackers do not hold back those that answer', async () => {
  const [silent, good] = await Promise.all([RecordingUdpTracker.start(), RecordingUdpTracker.start()])
  silent.connectAnswer = () => undefined
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handles = Array.from({ length: 100 }, () => trackers.add(new Subject([silent.url], [good.url])))
  await until('questions', () => silent.connects > 0)
  clock.advance(15_000)
  await until('all working', () => handles.every((handle) => handle.status()[1]?.state === 'working'))
  assert.is(good.announces.length, 100)
  const messages = new Set(handles.map((handle) => handle.status()[0]?.message))
  assert.equal([...messages].sort(), ['no answer', 'the server is silent'])
  await trackers.close()
  await Promise.all([silent.stop(), good.stop()])
})

test('nothing can be added once it is closed', async () => {
  const trackers = client()
  await trackers.close()
  try {
    trackers.add(new Subject([]))
    assert.unreachable('a torrent was added')
  } catch (error) {
    assert.instance(error, RestTorrentError)
    assert.is((error as RestTorrentError).code, 'shutting_down')
  }
})

test.run()
