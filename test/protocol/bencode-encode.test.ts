import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { decodeBencode } from '../../src/protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/bencode-encode')
const written = (value: Encodable): string => Buffer.from(encodeBencode(value)).toString('latin1')

test('every kind of value is written', () => {
  assert.is(written(0), 'i0e')
  assert.is(written(-0), 'i0e')
  assert.is(written(-12), 'i-12e')
  assert.is(written('é'), '2:\xc3\xa9')
  assert.is(written(Uint8Array.of(0xff)), '1:\xff')
  assert.is(written([1, ['a'], {}]), 'li1el1:aedee')
})

test('keys are in the order of their bytes', () => {
  assert.is(
    written({ b: 1, a: 1, B: 1, '\xff': 1, '10': 1, '9': 1, aa: 1 }),
    'd2:10i1e1:9i1e1:Bi1e1:ai1e2:aai1e1:bi1e1:\xffi1ee',
  )
})

test('an entry that is undefined is left out', () => {
  assert.is(written({ a: undefined, b: 1 }), 'd1:bi1ee')
})

test('what bencode cannot say is invalid_bencode', () => {
  for (const value of [1.5, NaN, Infinity, 2 ** 53, { '€': 1 }]) {
    assert.is(
      codeOf(() => encodeBencode(value)),
      'invalid_bencode',
    )
  }
})

test('what is decoded after encoding is the same', () => {
  const { value } = fc.letrec<{ value: Encodable }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.maxSafeInteger(),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) }), tie('value'), {
        noNullPrototype: false,
      }),
    ),
  }))
  fc.assert(
    fc.property(value, (original) => {
      const bytes = encodeBencode(original)
      const decoded = decodeBencode(bytes)
      assert.equal(plain(decoded), plain(original))
      assert.equal(encodeBencode(decoded), bytes)
    }),
    { numRuns: 1000 },
  )
})

test('bytes longer than the first buffer are written whole', () => {
  const long = new Uint8Array(100_000).fill(7)
  assert.equal(decodeBencode(encodeBencode([long, long])), [long, long])
})

/** A form in which a value with and without prototypes compares as equal. */
function plain(value: Encodable): unknown {
  if (typeof value !== 'object') return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return (value as readonly Encodable[]).map(plain)
  return new Map(
    Object.entries(value)
      .map(([key, item]) => [key, plain(item ?? 0)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

test.run()
