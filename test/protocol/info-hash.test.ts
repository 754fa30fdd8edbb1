import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { fromHex, isInfoHash, readInfoHash, toHex } from '../../src/protocol/info-hash.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/info-hash')

test('an info hash is 40 lower-case hex digits and nothing else', () => {
  assert.ok(isInfoHash('0123456789abcdef'.repeat(3).slice(0, 40)))
  for (const text of [
    '',
    'a'.repeat(39),
    'a'.repeat(41),
    'A'.repeat(40),
    'g'.repeat(40),
    `${'a'.repeat(40)}\n`,
  ]) {
    assert.not.ok(isInfoHash(text), JSON.stringify(text))
  }
})

test('an info hash is read from hex and base32 of any case', () => {
  assert.is(readInfoHash('AB'.repeat(20)), 'ab'.repeat(20))
  assert.is(readInfoHash('A'.repeat(32)), '0'.repeat(40))
  assert.is(readInfoHash('7'.repeat(32)), 'f'.repeat(40))
  assert.is(readInfoHash('aeRUKZ4JVPG66AJDIVTYTK6N54ASGRLH'), '0123456789abcdef0123456789abcdef01234567')
  for (const text of ['', 'a'.repeat(31), 'a'.repeat(33), '1'.repeat(32), '='.repeat(32)]) {
    assert.is(readInfoHash(text), undefined, text)
  }
})

test('hex and bytes say the same', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.is(toHex(bytes), Buffer.from(bytes).toString('hex'))
      assert.equal(fromHex(toHex(bytes)), bytes)
      assert.equal(fromHex(toHex(bytes).toUpperCase()), bytes)
    }),
  )
})

test('what is not hex is invalid_parameter', () => {
  for (const text of ['a', 'abc', 'gg', '0x', ' a', 'ab\n']) {
    assert.is(
      codeOf(() => fromHex(text)),
      'invalid_parameter',
    )
  }
})

test.run()
