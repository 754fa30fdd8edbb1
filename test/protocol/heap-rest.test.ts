import * as assert from 'uvu/assert'
import { HeapRest } from '../../src/protocol/heap-rest.ts'
import { suite } from '../support/suite.ts'

const test = suite('src/protocol/heap-rest')
const mib = 1024 * 1024

test('a heap that a burst has grown is collected once there is little to do', () => {
  const rest = new HeapRest()
  assert.not(rest.look(300 * mib, 0.9), 'it is busy')
  assert.ok(rest.look(300 * mib, 0.01))
})

test('what is left after a collection is not collected again before it has grown by half', () => {
  const rest = new HeapRest()
  assert.ok(rest.look(300 * mib, 0))
  assert.not(rest.look(200 * mib, 0))
  assert.not(rest.look(290 * mib, 0))
  assert.ok(rest.look(310 * mib, 0))
})

test('a small heap is left alone', () => {
  const rest = new HeapRest()
  assert.not(rest.look(60 * mib, 0))
  assert.ok(rest.look(61 * mib, 0))
  assert.not(rest.look(10 * mib, 0))
  assert.not(rest.look(20 * mib, 0))
})

test.run()
