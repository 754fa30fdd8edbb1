import * as assert from 'uvu/assert'
import { SilentServers } from '../../../src/worker/session/trackers/silent-servers.ts'
import { suite } from '../../support/suite.ts'
import { ManualClock } from './manual-clock.ts'

const test = suite('worker/session/trackers/silent-servers')
const setUp = () => {
  const clock = new ManualClock()
  return { clock, servers: new SilentServers(clock, () => 0) }
}

test('after three slow failures a server is spared, then asked by one at a time', () => {
  const { clock, servers } = setUp()
  for (let count = 0; count < 3; count++) {
    assert.ok(servers.mayAsk('a'))
    servers.failed('a', 15_000)
  }
  assert.not(servers.mayAsk('a'))
  assert.ok(servers.mayAsk('b'))
  clock.advance(30_000)
  assert.ok(servers.mayAsk('a'))
  assert.not(servers.mayAsk('a'))
})

test('an answer or a quick refusal ends the silence', () => {
  const { servers } = setUp()
  for (let count = 0; count < 5; count++) servers.failed('a', 15_000)
  servers.failed('a', 10)
  assert.ok(servers.mayAsk('a'))
  for (let count = 0; count < 5; count++) servers.failed('a', 15_000)
  servers.answered('a')
  assert.ok(servers.mayAsk('a'))
})

test.run()
