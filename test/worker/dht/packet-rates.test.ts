import * as assert from 'uvu/assert'
import { PacketRates } from '../../../src/worker/session/engine/dht/packet-rates.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/dht/packet-rates')
const host = '192.0.2.1'

test('five packets a second are heard, for as long as they come', () => {
  const rates = new PacketRates()
  for (let now = 0; now < 100_000; now += 200) assert.ok(rates.hear(host, now), `at ${now}`)
})

test('whoever sends more is not heard for five minutes, others are', () => {
  const rates = new PacketRates()
  const heard = Array.from({ length: 8 }, (_, i) => rates.hear(host, i))
  assert.equal(heard, [true, true, true, true, true, false, false, false])
  assert.ok(rates.hear('192.0.2.2', 10))
  assert.not(rates.hear(host, 4 * 60_000))
  assert.ok(rates.hear(host, 6 * 60_000))
})

test.run()
