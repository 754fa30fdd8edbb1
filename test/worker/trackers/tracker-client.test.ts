import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { usualPace } from '../../../src/worker/session/trackers/pacer.ts'
import { RecordingHttpTracker, RecordingUdpTracker } from '../../support/recording-tracker.ts'
import { eventually, within } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = trackerSuite('worker/session/trackers/tracker-client')
const until = (what: string, probe: () => boolean) => eventually(10_000, what, probe)

test('the starts of 500 torrents are spread over ten seconds', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock, pace: usualPace })
  const handles = Array.from({ length: 500 }, () => trackers.add(new Subject([tracker.url])))
  const isAnnouncing = (): boolean => handles.some((handle) => handle.status()[0]?.state === 'announcing')
  const answered = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve))
    while (isAnnouncing())
  }
  for (let second = 1; second <= 10; second++) {
    for (let step = 0; step < 50; step++) {
      await within(5000, 'the answers', answered())
      clock.advance(20)
    }
    assert.ok(tracker.announces.length <= second * 50)
  }
  await within(5000, 'the last answers', answered())
  assert.is(new Set(tracker.announces.map(({ infoHash }) => infoHash)).size, 500)
  await trackers.close()
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
})

for (const kind of ['http', 'udp'] as const) {
  test(`closing ends within its deadline although a ${kind} tracker never answers`, async () => {
    const tracker = kind === 'http' ? await RecordingHttpTracker.start() : await RecordingUdpTracker.start()
    const trackers = client()
    const handles = Array.from({ length: 100 }, () => trackers.add(new Subject([tracker.url])))
    await until('all working', () => handles.every((handle) => handle.status()[0]?.state === 'working'))
    await until('all scraped', () => tracker.scrapes.length === handles.length)
    if (tracker instanceof RecordingHttpTracker) tracker.answer = () => () => undefined
    else tracker.answer = () => undefined
    await within(3000, 'close', trackers.close(300))
    await within(1000, 'a second close', trackers.close())
    assert.ok(tracker.announces.length > 100)
    assert.ok(tracker.announces.length <= 120)
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
