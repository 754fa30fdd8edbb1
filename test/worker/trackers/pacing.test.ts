/** Announces of very many torrents, against trackers on 127.0.0.0/8 and the real clock. */
import * as assert from 'uvu/assert'
import { usualPace } from '../../../src/worker/session/trackers/pacer.ts'
import { RecordingHttpTracker, RecordingUdpTracker } from '../../support/recording-tracker.ts'
import { eventually, within } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'

const test = trackerSuite('worker/session/trackers/pacing')
const waitMs = 20_000
/** The bounds that are promised. */
const leastGapMs = 20
const mostPerHost = 10
const mostAtTheEnd = 50
/** What a slow tracker takes to answer; it has always as many under way as it may have. */
const slowMs = 500
const manyTorrents = 10_000
const observed = 60
const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7']
const silentHost = '127.0.0.8'

/** How many are under way, and how many there ever were at once. */
class Gauge {
  most = 0
  #now = 0

  enter(): void {
    this.#now += 1
    this.most = Math.max(this.most, this.#now)
  }

  leave(): void {
    this.#now -= 1
  }
}

/** A torrent that notes when its numbers are read, which is when they are sent. */
class TimedSubject extends Subject {
  readonly sentAt: number[]

  constructor(sentAt: number[], url: string) {
    super([url])
    this.sentAt = sentAt
  }

  override stats(): Subject['numbers'] {
    this.sentAt.push(performance.now())
    return this.numbers
  }
}

test('ten thousand torrents that start at once announce fifty a second, ten at a time to a host', async () => {
  const slow = new Gauge()
  const http = await RecordingHttpTracker.start(hosts[1])
  http.answer = () => (response) => {
    slow.enter()
    setTimeout(() => {
      slow.leave()
      response.end('d8:intervali1800ee')
    }, slowMs)
  }
  const udp = await RecordingUdpTracker.start()
  const trackers = client({ pace: usualPace })
  const readAt: number[] = []
  for (let at = 0; at < manyTorrents; at += 1)
    trackers.add(new TimedSubject(readAt, at % 2 === 0 ? http.url : udp.url))
  await eventually(waitMs, 'announces', () => http.announces.length + udp.announces.length >= observed)
  const sentAt = [...readAt] // before the end, at which every torrent's numbers are read
  await trackers.close(0)
  const gaps = sentAt.slice(1).map((at, before) => at - (sentAt[before] ?? 0))
  // the clock counts whole milliseconds
  assert.ok(Math.min(...gaps) >= leastGapMs - 1, `two within ${Math.min(...gaps)} ms`)
  assert.is(slow.most, mostPerHost)
})

test('at the end fifty are told at a time, ten of a host, those with peers first, and a silent host holds nobody up', async () => {
  const all = new Gauge()
  const gauges = new Map(hosts.map((host) => [host, new Gauge()]))
  const each = 30
  const served = await Promise.all(
    hosts.map(async (host) => ({ host, tracker: await RecordingHttpTracker.start(host) })),
  )
  const silent = await RecordingHttpTracker.start(silentHost)
  const trackers = client({ pace: { inFlight: 50, inFlightPerHost: 50, gapMs: 0 } })
  const urls = [...served.map(({ tracker }) => tracker.url), silent.url]
  for (const url of urls)
    for (let at = 0; at < each; at += 1) {
      const subject = new Subject([url])
      const hasPeers = at % 2 === 1
      subject.numbers = { ...subject.numbers, numPeers: hasPeers ? 3 : 0, uploaded: hasPeers ? 1 : 0 }
      trackers.add(subject)
    }
  const started = [...served.map(({ tracker }) => tracker), silent]
  await eventually(waitMs, 'all have started', () =>
    started.every(({ announces }) => announces.length === each),
  )
  silent.answer = () => () => all.enter()
  for (const { host, tracker } of served)
    tracker.answer = () => (response) => {
      for (const gauge of [all, gauges.get(host)]) gauge?.enter()
      setTimeout(() => {
        for (const gauge of [all, gauges.get(host)]) gauge?.leave()
        response.end('d8:intervali1800ee')
      }, 20)
    }
  await within(5000, 'the end', trackers.close(3500))
  assert.ok(all.most > mostPerHost && all.most <= mostAtTheEnd, `${all.most} at once`)
  for (const { host, tracker } of served) {
    const stopped = tracker.announces.filter(({ parameters }) => parameters.get('event') === 'stopped')
    const most = gauges.get(host)?.most ?? 0
    assert.is(stopped.length, each, host)
    assert.ok(most <= mostPerHost, `${most} at once to ${host}`)
    const firstAlone = stopped.findIndex(({ parameters }) => parameters.get('uploaded') === '0')
    assert.ok(firstAlone > each / 2 - mostPerHost, `one without peers was number ${firstAlone}`)
  }
})

test.run()
