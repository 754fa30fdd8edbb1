import * as assert from 'uvu/assert'
import { FailedKeys } from '../../../src/main/access/failed-keys.ts'
import { suite } from '../../support/suite.ts'

const failures = suite('src/main/access/failed-keys')

function failing(address: string, times: number): FailedKeys {
  const failed = new FailedKeys()
  const told = Array.from({ length: times }, () => failed.note(address, 0)).filter(Boolean)
  assert.is(told.length, times < 10 ? 0 : 1)
  return failed
}

failures('ten wrong keys within a minute block an address, for that minute', () => {
  assert.not(failing('192.0.2.1', 9).isBlocked('192.0.2.1', 0))
  const failed = failing('192.0.2.1', 25)
  assert.ok(failed.isBlocked('192.0.2.1', 59_999))
  assert.not(failed.isBlocked('192.0.2.2', 0))
  assert.not(failed.isBlocked('192.0.2.1', 60_000))
})

failures('an IPv6 network of 64 bits is one caller, and a mapped IPv4 address is itself', () => {
  const failed = failing('2001:db8:0:1::1', 10)
  assert.ok(failed.isBlocked('2001:db8:0:1:ffff::2', 0))
  assert.not(failed.isBlocked('2001:db8:0:2::1', 0))
  const mapped = failing('::ffff:192.0.2.1', 10)
  assert.ok(mapped.isBlocked('192.0.2.1', 0))
  assert.not(mapped.isBlocked('::ffff:192.0.2.2', 0))
})

failures('what is remembered is bounded: the oldest goes first', () => {
  const failed = failing('192.0.2.1', 10)
  for (let n = 0; n < 10_000; n += 1) failed.note(`10.0.${n >> 8}.${n & 255}`, 0)
  assert.not(failed.isBlocked('192.0.2.1', 0))
})

failures.run()
