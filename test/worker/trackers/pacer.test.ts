import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { closingPace, Pacer } from '../../../src/worker/session/trackers/pacer.ts'
import type { Urgency } from '../../../src/worker/session/trackers/pacer-lane.ts'
import { suite } from '../../support/suite.ts'
import { ManualClock } from './manual-clock.ts'

const test = suite('worker/session/trackers/pacer')
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Tasks that end when the test says so, in the order in which they were started. */
class Work {
  readonly started: string[] = []
  readonly #ends: (() => void)[] = []

  task(name: string): () => Promise<string> {
    return () => {
      this.started.push(name)
      return new Promise((resolve) => this.#ends.push(() => resolve(name)))
    }
  }

  async endAll(): Promise<void> {
    for (const end of this.#ends.splice(0)) end()
    await turn()
  }
}

const noGap = { inFlight: 20, inFlightPerHost: 10, gapMs: 0 }

test('at most ten of a host and twenty in all are under way', async () => {
  const [work, pacer] = [new Work(), new Pacer(new ManualClock(), noGap)]
  const all = ['a', 'b', 'c'].flatMap((host) =>
    Array.from({ length: 15 }, () => pacer.run(host, 'routine', work.task(host))),
  )
  const started = (host: string) => work.started.filter((name) => name === host).length
  assert.equal([started('a'), started('b'), started('c')], [10, 10, 0])
  await work.endAll()
  assert.is(work.started.length, 40)
  await work.endAll()
  await work.endAll()
  await Promise.all(all)
  assert.is(work.started.length, 45)
})

test('starts keep a gap: at most fifty a second', async () => {
  const [clock, work] = [new ManualClock(), new Work()]
  const pacer = new Pacer(clock, { inFlight: 1000, inFlightPerHost: 1000, gapMs: 20 })
  for (let count = 0; count < 500; count++) void pacer.run('a', 'routine', work.task('a'))
  assert.is(work.started.length, 1)
  clock.advance(979)
  assert.is(work.started.length, 49)
  clock.advance(4000)
  assert.is(work.started.length, 249)
  await work.endAll()
})

test('the most urgent goes first, hosts take turns', async () => {
  const [work, pacer] = [new Work(), new Pacer(new ManualClock(), { ...noGap, inFlight: 1 })]
  const run = (host: string, urgency: Urgency, name: string) => pacer.run(host, urgency, work.task(name))
  const all = [
    run('a', 'routine', 'first'),
    run('a', 'scrape', 'scrape'),
    run('a', 'routine', 'a1'),
    run('a', 'routine', 'a2'),
    run('b', 'routine', 'b1'),
    run('b', 'leaving_alone', 'alone'),
    run('b', 'leaving', 'leaving'),
    run('c', 'event', 'event'),
  ]
  for (let count = 0; count < all.length; count++) await work.endAll()
  await Promise.all(all)
  assert.equal(work.started, ['first', 'leaving', 'alone', 'event', 'a1', 'b1', 'a2', 'scrape'])
})

test('what waits can be taken back, what is under way cannot', async () => {
  const [work, pacer] = [new Work(), new Pacer(new ManualClock(), { ...noGap, inFlight: 1 })]
  const abort = new AbortController()
  const first = pacer.run('a', 'routine', work.task('first'), abort.signal)
  const second = pacer.run('a', 'routine', work.task('second'), abort.signal)
  const third = pacer.run('a', 'routine', work.task('third'))
  abort.abort()
  await assertShutDown(second)
  await assertShutDown(pacer.run('a', 'routine', work.task('late'), abort.signal))
  await work.endAll()
  assert.is(await first, 'first')
  assert.equal(work.started, ['first', 'third'])
  const fourth = pacer.run('b', 'routine', work.task('fourth'))
  pacer.cancelAll()
  await assertShutDown(fourth)
  await work.endAll()
  assert.is(await third, 'third')
})

test('a task that fails gives its place back', async () => {
  const pacer = new Pacer(new ManualClock(), { ...noGap, inFlight: 1 })
  const failed = pacer.run('a', 'routine', () => Promise.reject(new Error('no')))
  const next = pacer.run('a', 'routine', () => Promise.resolve('next'))
  await failed.then(assert.unreachable, (error: unknown) => assert.match(String(error), 'no'))
  assert.is(await next, 'next')
})

test('closing goes without a gap, up to fifty at once', async () => {
  const [work, pacer] = [new Work(), new Pacer(new ManualClock(), { ...noGap, gapMs: 20 })]
  for (let count = 0; count < 100; count++) void pacer.run(`host${count % 10}`, 'leaving', work.task('a'))
  assert.is(work.started.length, 1)
  pacer.setLimits(closingPace)
  assert.is(work.started.length, 50)
  await work.endAll()
  assert.is(work.started.length, 100)
})

async function assertShutDown(promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.instance(error, RestTorrentError)
  assert.is((error as RestTorrentError).code, 'shutting_down')
}

test.run()
