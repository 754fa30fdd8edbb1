import * as assert from 'uvu/assert'
import { RecordingUdpTracker, udpAnnounceBody, type Reply } from '../../support/recording-tracker.ts'
import { eventually } from '../../support/suite.ts'
import { client, peerId, Subject, trackerSuite } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = trackerSuite('worker/session/trackers/udp-tracker')
const until = (what: string, probe: () => boolean) => eventually(5000, what, probe)
const peer4 = Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1)
const peer6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Uint8Array(11), 1, 0, 80)

test('every field is true over the whole life of a download', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock })
  const subject = new Subject([`${tracker.url}?passkey=${'x'.repeat(300)}`])
  const handle = trackers.add(subject)
  const working = () => handle.status()[0]?.state === 'working'
  await until('started', working)
  subject.numbers = { uploaded: 10, downloaded: 400, left: 600, numPeers: 1, complete: false }
  trackers.announceAs('203.0.113.7')
  clock.advance(1_800_000)
  await until('a plain announce', () => tracker.announces.length === 2 && working())
  subject.numbers = { uploaded: 2 ** 40, downloaded: 2 ** 33, left: 0, numPeers: 1, complete: true }
  trackers.announceAs('2001:db8::7')
  handle.completed()
  await until('completed', () => tracker.announces.length === 3 && working())
  await handle.stop()
  await trackers.close()

  const sent = tracker.announces
  assert.equal(
    sent.map(({ event }) => event),
    [2, 0, 1, 3],
  )
  assert.equal(
    sent.map(({ uploaded }) => uploaded),
    [0, 10, 2 ** 40, 2 ** 40],
  )
  assert.equal(
    sent.map(({ downloaded }) => downloaded),
    [0, 400, 2 ** 33, 2 ** 33],
  )
  assert.equal(
    sent.map(({ left }) => left),
    [1000, 600, 0, 0],
  )
  assert.equal(
    sent.map(({ numWant }) => numWant),
    [80, 80, 80, 0],
  )
  assert.equal(
    sent.map(({ ip }) => ip),
    [0, 0xcb007107, 0, 0], // there is no room for an IPv6 address
  )
  for (const announce of sent) {
    assert.is(announce.infoHash, subject.infoHash)
    assert.is(announce.peerId, Buffer.from(peerId).toString('hex'))
    assert.is(announce.port, 6881)
    assert.is(announce.key, sent[0]?.key)
    assert.is(announce.urlData, `/announce?passkey=${'x'.repeat(300)}`)
  }
})

test('a magnet without metadata never says left 0', async () => {
  const tracker = await RecordingUdpTracker.start()
  const trackers = client()
  const subject = new Subject([tracker.url])
  subject.numbers = { uploaded: 0, downloaded: 0, left: undefined, numPeers: 0, complete: false }
  trackers.add(subject)
  await until('started', () => tracker.announces.length === 1)
  await trackers.close()
  assert.is(tracker.announces[0]?.left, 16_384)
})

for (const [host, peers, expected] of [
  ['127.0.0.1', peer4, { host: '10.0.0.1', port: 6881 }],
  ['::1', peer6, { host: '2001:db8::1', port: 80 }],
] as const) {
  test(`peers and counts come over ${host}`, async () => {
    const tracker = await RecordingUdpTracker.start(host)
    tracker.answer = (reply) => {
      const counts = Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 77, 0, 0, 0, 3)
      reply.send(reply.action, reply.transactionId, reply.action === 2 ? counts : udpAnnounceBody(900, peers))
    }
    const trackers = client()
    const subject = new Subject([tracker.url])
    const handle = trackers.add(subject)
    const status = await eventually(5000, 'scrape', () =>
      handle.status().find((one) => one.downloads !== null),
    )
    assert.equal(subject.peers, [expected])
    assert.equal([status.seeds, status.peers, status.downloads], [5, 3, 77])
    assert.is((status.next_announce_at ?? 0) - (status.last_announce_at ?? 0), 900_000)
    assert.equal(tracker.scrapes, [subject.infoHash])
    await trackers.close()
  })
}

test('a flood of one tracker does not drown the answer of another', async () => {
  const [calm, flooding] = [await RecordingUdpTracker.start(), await RecordingUdpTracker.start()]
  const answerIt = calm.connectAnswer
  let held: Reply | undefined
  calm.connectAnswer = (reply) => (held = reply)
  flooding.connectAnswer = (reply) => {
    for (let number = 0; number < 2000; number += 1) reply.send(0, number, new Uint8Array(32))
    if (held) answerIt(held)
  }
  const clock = new ManualClock() // it stands still: what is lost is not asked for again
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([calm.url]))
  await until('a question', () => held !== undefined)
  trackers.add(new Subject([flooding.url]))
  try {
    await until('working', () => handle.status()[0]?.state === 'working')
  } finally {
    const closed = trackers.close(0)
    clock.advance(1)
    await closed
  }
})

test('a connection id serves many announces for a minute', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock })
  const subjects = Array.from({ length: 30 }, () => new Subject([tracker.url]))
  subjects.forEach((subject) => trackers.add(subject))
  await until('thirty announces', () => tracker.announces.length === 30 && tracker.scrapes.length === 30)
  assert.is(tracker.connects, 1)
  clock.advance(60_000)
  const late = new Subject([tracker.url])
  trackers.add(late)
  await until('one more', () => tracker.announces.length === 31)
  assert.is(tracker.connects, 2)
  await trackers.close()
})

test('a tracker that was started anew is connected to again', async () => {
  const tracker = await RecordingUdpTracker.start()
  const clock = new ManualClock()
  const trackers = client({ clock })
  trackers.add(new Subject([tracker.url]))
  await until('started', () => tracker.announces.length === 1 && tracker.scrapes.length === 1)
  tracker.restart()
  const handle = trackers.add(new Subject([tracker.url]))
  const failed = await eventually(5000, 'failed', () =>
    handle.status().find(({ state }) => state === 'failed'),
  )
  assert.is(failed.message, 'connection id unknown')
  clock.advance(30_000)
  await until('working', () => handle.status()[0]?.state === 'working')
  await trackers.close()
})

test('a lost question is repeated and counts once', async () => {
  const tracker = await RecordingUdpTracker.start()
  const send = tracker.connectAnswer
  tracker.connectAnswer = (reply) => {
    if (tracker.connects > 1) send(reply)
  }
  const clock = new ManualClock()
  const trackers = client({ clock })
  const handle = trackers.add(new Subject([tracker.url]))
  await until('the first question', () => tracker.connects === 1)
  clock.advance(2000)
  await until('working', () => handle.status()[0]?.state === 'working')
  assert.is(tracker.announces.length, 1)
  await trackers.close()
})

test('names are resolved once by the given resolver and judged before anything is sent', async () => {
  const tracker = await RecordingUdpTracker.start()
  const asked: string[] = []
  const trackers = client({
    resolve: (hostname) => {
      asked.push(hostname)
      return Promise.resolve(hostname === 'good.example' ? ['127.0.0.1'] : ['127.0.0.1', '10.0.0.1'])
    },
  })
  const good = trackers.add(new Subject([`udp://good.example:${tracker.port}/announce`]))
  await until('working', () => good.status()[0]?.state === 'working')
  const datagrams = tracker.datagrams
  const bad = trackers.add(new Subject([`udp://bad.example:${tracker.port}/announce`]))
  await until('failed', () => bad.status()[0]?.state === 'failed')
  assert.is(bad.status()[0]?.message, 'points to an address that is not allowed')
  assert.equal(asked, ['good.example', 'bad.example'])
  assert.ok(tracker.datagrams <= datagrams + 1)
  await trackers.close()
})

test.run()
