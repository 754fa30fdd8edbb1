import * as assert from 'uvu/assert'
import { Backoff, failedRetryMs } from '../../../src/main/supervisor/backoff.ts'
import { suite } from '../../support/suite.ts'

const backoff = suite('src/main/supervisor/backoff')
const noJitter = () => 0.5

backoff('the first restart has no delay, then 0.25 s doubles', () => {
  const crashes = new Backoff()
  const delays = [0, 1, 2, 3].map((at) => crashes.crashed(at, at, noJitter))
  assert.equal(delays, [0, 250, 500, 1000])
})

backoff('five crashes within 60 s lead to failed, and the count begins anew', () => {
  const crashes = new Backoff()
  const results = [0, 10_000, 20_000, 30_000, 40_000, 50_000].map((at) => crashes.crashed(at, at, noJitter))
  assert.equal(results.slice(4), ['failed', 0])
})

backoff('crashes farther apart than 60 s in all never lead to failed', () => {
  const crashes = new Backoff()
  for (let at = 0; at < 20; at += 1) {
    assert.is.not(crashes.crashed(at * 16_000, at * 16_000 - 15_000, noJitter), 'failed')
  }
})

backoff('the delay grows to 30 s and no further', () => {
  const crashes = new Backoff()
  const delays = Array.from({ length: 12 }, (_, at) => crashes.crashed(at * 20_000, at * 20_000, noJitter))
  assert.is(Math.max(...delays.map(Number)), 30_000)
})

backoff('jitter stays within a quarter of the delay', () => {
  for (const random of [0, 0.999]) {
    const crashes = new Backoff()
    crashes.crashed(0, 0, () => random)
    const delay = Number(crashes.crashed(1, 1, () => random))
    assert.ok(delay >= 187 && delay <= 313, `${delay} ms`)
  }
})

backoff('60 s of health forget every crash before', () => {
  const crashes = new Backoff()
  for (const at of [0, 1, 2]) crashes.crashed(at, at, noJitter)
  assert.is(crashes.crashed(60_003, 3, noJitter), 0)
})

backoff('a failed session is tried again after 5 minutes', () => {
  assert.is(failedRetryMs, 300_000)
})

backoff.run()
