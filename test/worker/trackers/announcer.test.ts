import * as assert from 'uvu/assert'
import type { AnnounceHandle } from '../../../src/worker/session/trackers/tracker-client.ts'
import { RecordingHttpTracker } from '../../support/recording-tracker.ts'
import { eventually } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = trackerSuite('worker/session/trackers/announcer')
const until = (what: string, probe: () => boolean) => eventually(5000, what, probe)
const refuse = () => ({ 'failure reason': 'closed' })
const accept = () => ({ interval: 1800, peers: '' })

async function start(count: number): Promise<RecordingHttpTracker[]> {
  return await Promise.all(Array.from({ length: count }, () => RecordingHttpTracker.start()))
}

function states(handle: AnnounceHandle): string[] {
  return handle.status().map(({ tier, state }) => `${tier} ${state}`)
}

/** Waits for the end of a round: the next one is known. */
async function rested(handle: AnnounceHandle): Promise<void> {
  await until('a round ends', () =>
    handle.status().some((one) => one.last_announce_at !== null && one.next_announce_at !== null),
  )
}

test('tiers are tried in order, the one that works is promoted and the rest stays idle', async () => {
  const [a, b, c, d] = (await start(4)) as [
    RecordingHttpTracker,
    RecordingHttpTracker,
    RecordingHttpTracker,
    RecordingHttpTracker,
  ]
  a.answer = refuse
  b.answer = refuse
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([a.url], [b.url, c.url], [d.url]))
  await until('working', () => states(handle).includes('1 working'))
  assert.equal(states(handle), ['0 failed', '1 working', '1 failed', '2 idle'])
  assert.equal(
    handle.status().map(({ url }) => url),
    [a.url, c.url, b.url, d.url],
  )
  assert.equal(
    handle.status().map(({ message }) => message),
    ['closed', '', 'closed', ''],
  )

  a.answer = accept
  clock.advance(1_800_000)
  await until('the first tier', () => states(handle)[0] === '0 working')
  await trackers.close()
  assert.equal(a.events(), ['started', 'started', 'stopped'])
  assert.equal(b.events(), ['started'])
  assert.equal(c.events(), ['started', 'stopped'])
  assert.equal(d.events(), [])
})

test('a tracker that stops working is replaced, and announced to again when it is back', async () => {
  const [a, b] = (await start(2)) as [RecordingHttpTracker, RecordingHttpTracker]
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([a.url], [b.url]))
  await until('the first', () => states(handle)[0] === '0 working')
  a.answer = refuse
  clock.advance(1_800_000)
  await until('the second', () => states(handle)[1] === '1 working')
  a.answer = accept
  clock.advance(1_800_000)
  await until('the first again', () => states(handle)[0] === '0 working')
  await trackers.close()
  assert.equal(a.events(), ['started', 'none', 'none', 'stopped'])
  assert.equal(b.events(), ['started', 'stopped'])
})

test('failures are followed by growing waits that the status tells', async () => {
  const [tracker] = (await start(1)) as [RecordingHttpTracker]
  tracker.answer = refuse
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([tracker.url]))
  for (const [index, waitMs] of [30_000, 60_000, 120_000, 240_000].entries()) {
    await until('an announce', () => tracker.announces.length === index + 1)
    await rested(handle)
    assert.is((handle.status()[0]?.next_announce_at ?? 0) - clock.now(), waitMs)
    clock.advance(waitMs - 1)
    assert.is(tracker.announces.length, index + 1)
    clock.advance(1)
  }
  await until('the fifth', () => tracker.announces.length === 5)
  await trackers.close()
  assert.not(tracker.events().includes('stopped'))
})

test('an announce that is asked for waits for the minimal interval', async () => {
  const [tracker] = (await start(1)) as [RecordingHttpTracker]
  tracker.answer = () => ({ interval: 1800, 'min interval': 300, peers: '' })
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([tracker.url]))
  await rested(handle)
  handle.announceNow()
  handle.announceNow()
  assert.is((handle.status()[0]?.next_announce_at ?? 0) - clock.now(), 300_000)
  clock.advance(299_999)
  assert.is(tracker.announces.length, 1)
  clock.advance(1)
  await until('the second', () => tracker.announces.length === 2)
  await rested(handle)
  assert.is((handle.status()[0]?.next_announce_at ?? 0) - clock.now(), 1_800_000)
  await trackers.close()
})

test('a torrent whose trackers all failed is announced soon when it is asked for', async () => {
  const [tracker] = (await start(1)) as [RecordingHttpTracker]
  tracker.answer = refuse
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([tracker.url]))
  for (const waitMs of [30_000, 60_000, 120_000]) {
    await rested(handle)
    clock.advance(waitMs)
    await until('announcing', () => handle.status()[0]?.next_announce_at === null)
  }
  await rested(handle)
  handle.announceNow()
  assert.is((handle.status()[0]?.next_announce_at ?? 0) - clock.now(), 10_000)
  clock.advance(10_000)
  await until('the fifth', () => tracker.announces.length === 5)
  await trackers.close()
})

test('trackers that are removed are told stopped, those that come are told started', async () => {
  const [a, b] = (await start(2)) as [RecordingHttpTracker, RecordingHttpTracker]
  const trackers = client()
  const handle = trackers.add(new Subject([a.url]))
  await rested(handle)
  handle.setTiers([[b.url]])
  await until('the new one', () => states(handle)[0] === '0 working')
  await until('the old one', () => a.announces.length === 2)
  handle.setTiers([])
  assert.equal(handle.status(), [])
  await trackers.close() // waits for the farewell
  assert.equal(
    [a.events(), b.events()],
    [
      ['started', 'stopped'],
      ['started', 'stopped'],
    ],
  )
})

test('a new tracker before the one that works is asked at once, one behind it is kept in reserve', async () => {
  const [a, b, c] = (await start(3)) as [RecordingHttpTracker, RecordingHttpTracker, RecordingHttpTracker]
  b.answer = refuse
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([a.url]))
  await until('working', () => states(handle).includes('0 working'))
  assert.not(handle.setTiers([[a.url], [c.url]]))
  assert.not(handle.setTiers([[b.url], [a.url], [c.url]]))
  await until('it refuses', () => states(handle).includes('0 failed'))
  await rested(handle)
  assert.equal(states(handle), ['0 failed', '1 working', '2 idle'])
  assert.ok(handle.setTiers([[c.url]]))
  await until('the reserve', () => states(handle).includes('0 working'))
  await until('the farewell', () => a.announces.length === 2)
  assert.equal([a.events(), b.events(), c.events()], [['started', 'stopped'], ['started'], ['started']])
})

test('a tracker that is removed while it is asked is told stopped after its answer', async () => {
  const [tracker] = (await start(1)) as [RecordingHttpTracker]
  let release: () => void = () => undefined
  tracker.answer = () => (response) => {
    release = () => response.end('d8:intervali900ee')
  }
  const trackers = client()
  const subject = new Subject([tracker.url])
  const handle = trackers.add(subject)
  await until('the question', () => tracker.announces.length === 1)
  assert.equal(states(handle), ['0 announcing'])
  handle.setTiers([])
  tracker.answer = accept
  release()
  await handle.stop() // waits for both
  assert.equal(tracker.events(), ['started', 'stopped'])
  await trackers.close()
})

test('a stop while started is under way follows it, with the numbers of the stop', async () => {
  const [tracker] = (await start(1)) as [RecordingHttpTracker]
  let release: () => void = () => undefined
  tracker.answer = () => (response) => {
    release = () => response.end('d8:intervali900e5:peers6:abcdefe')
  }
  const trackers = client()
  const subject = new Subject([tracker.url])
  const handle = trackers.add(subject)
  await until('the question', () => tracker.announces.length === 1)
  subject.numbers = { uploaded: 7, downloaded: 300, left: 700, numPeers: 1, complete: false }
  const stopped = handle.stop()
  subject.numbers = { uploaded: 0, downloaded: 0, left: 0, numPeers: 0, complete: false }
  tracker.answer = accept
  release()
  await stopped
  await trackers.close()
  assert.equal(tracker.events(), ['started', 'stopped'])
  const numbers = ['uploaded', 'downloaded', 'left'].map((name) => tracker.announces[1]?.parameters.get(name))
  assert.equal(numbers, ['7', '300', '700'])
  assert.equal(subject.peers, [])
})

test('a completion that a run before owed is told after started, and one that was told is not', async () => {
  for (const told of [0, 1]) {
    const [tracker] = (await start(1)) as [RecordingHttpTracker]
    const trackers = client()
    const subject = new Subject([tracker.url])
    subject.numbers = { uploaded: 0, downloaded: 1000, left: 0, numPeers: 0, complete: true }
    subject.told = told
    const handle = trackers.add(subject)
    await until('all that is owed', () => tracker.announces.length === 2 - told)
    await rested(handle)
    await trackers.close()
    const between = told === 0 ? ['completed'] : []
    assert.equal(tracker.events(), ['started', ...between, 'stopped'])
    assert.is(subject.told, 1)
  }
})

test('a tracker that cannot be used is disabled and says why', async () => {
  const trackers = client()
  const handle = trackers.add(new Subject(['wss://tracker.example/'], ['ftp://tracker.example/']))
  assert.equal(states(handle), ['0 disabled', '1 disabled'])
  assert.equal(
    handle.status().map(({ message, next_announce_at: at }) => [message, at]),
    [
      ['websocket trackers are not supported', null],
      ['not a tracker url', null],
    ],
  )
  await handle.stop()
  await trackers.close()
})

test.run()
