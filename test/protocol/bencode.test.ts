import fc from 'fast-check'
import * as assert from 'uvu/assert'
import {
  decodeBencode,
  decodeBencodePrefix,
  decodeDictionaryWithSpans,
  isBencodeDictionary,
  type BencodeValue,
} from '../../src/protocol/bencode.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/bencode')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const decode = (text: string): BencodeValue => decodeBencode(bytes(text))

test('the four kinds of value are decoded', () => {
  assert.is(decode('i0e'), 0)
  assert.is(decode('i-12e'), -12)
  assert.is(decode('i9007199254740991e'), Number.MAX_SAFE_INTEGER)
  assert.is(decode('i-9007199254740991e'), Number.MIN_SAFE_INTEGER)
  assert.equal(decode('0:'), bytes(''))
  assert.equal(decode('11:hello world'), bytes('hello world'))
  assert.equal(decode('le'), [])
  assert.equal(decode('li1e1:ald1:bleeee'), [1, bytes('a'), [dictionary({ b: [] })]])
})

test('what is not strict bencode is refused', () => {
  const refused = [
    '', 'x', 'e', 'ie', 'i', 'i1', 'i-e', 'i-', 'i--1e', 'i-0e', 'i00e', 'i01e', 'i-01e', 'i+1e', 'i 1e', 'i1 e',
    'i1.0e', 'i1e1e', 'i0x1e', 'iInfinitye', 'i9007199254740992e', 'i-9007199254740992e', `i1${'0'.repeat(400)}e`,
    ':', '1', '1:', '-1:a', '+1:a', ' 1:a', '01:a', '00:', '1 :a', '1;a', '2:a', '1e0:a', '9007199254740991:a',
    '18446744073709551617:a', 'l', 'l1:a', 'li1e', 'd', 'd1:a', 'd1:ae', 'd1:ai1e', 'di1ei1ee', 'dlei1ee',
    'd1:ai1e1:ai1ee', 'i1ei2e', '1:ab', 'lee', 'dee', 'i1e\n', '\ufeffi1e',
  ] // prettier-ignore
  for (const text of refused)
    assert.is(
      codeOf(() => decode(text)),
      'invalid_bencode',
      JSON.stringify(text),
    )
})

test('containers nest 32 deep and no deeper', () => {
  assert.ok(decode('l'.repeat(32) + 'e'.repeat(32)))
  assert.is(
    codeOf(() => decode('l'.repeat(33) + 'e'.repeat(33))),
    'invalid_bencode',
  )
  assert.ok(decode('d1:a'.repeat(31) + 'de' + 'e'.repeat(31)))
  assert.is(
    codeOf(() => decode('d1:a'.repeat(32) + 'de' + 'e'.repeat(32))),
    'invalid_bencode',
  )
  assert.is(
    codeOf(() => decodeBencode(bytes('llee'), { maxDepth: 1 })),
    'invalid_bencode',
  )
})

test('a million values and keys are decoded and no more', () => {
  assert.is((decode(`l${'i0e'.repeat(999_999)}e`) as BencodeValue[]).length, 999_999)
  assert.is(
    codeOf(() => decode(`l${'i0e'.repeat(1_000_000)}e`)),
    'invalid_bencode',
  )
  assert.ok(decodeBencode(bytes('d1:ai1ee'), { maxTokens: 3 }))
  assert.is(
    codeOf(() => decodeBencode(bytes('d1:ai1ee'), { maxTokens: 2 })),
    'invalid_bencode',
  )
})

test('keys in any order are taken, also bytes that are no text', () => {
  assert.equal(decode('d1:bi1e1:ai2ee'), dictionary({ b: 1, a: 2 }))
  assert.equal(decode('d2:\xff\x00i1ee'), dictionary({ '\xff\x00': 1 }))
  assert.is(
    codeOf(() => decode(`d4097:${'k'.repeat(4097)}i1ee`)),
    'invalid_bencode',
  )
})

test('a dictionary has no prototype, and no key means anything', () => {
  const value = decode('d11:constructori1e8:toStringi2e9:__proto__d8:pollutedi1eee')
  assert.ok(isBencodeDictionary(value))
  assert.is(Object.getPrototypeOf(value), null)
  assert.equal(Object.keys(value).sort(), ['__proto__', 'constructor', 'toString'])
  assert.not.ok('hasOwnProperty' in value)
  assert.is(({} as Record<string, unknown>).polluted, undefined)
})

test('byte strings are views into the decoded bytes', () => {
  const source = bytes('3:abc')
  const value = decodeBencode(source)
  assert.ok(value instanceof Uint8Array)
  assert.is(value.buffer, source.buffer)
  assert.is((decodeBencode(Buffer.from(source)) as Uint8Array).constructor, Uint8Array)
})

test('a prefix says where it ends', () => {
  assert.equal(decodeBencodePrefix(bytes('d1:ai1eeREST')), { value: dictionary({ a: 1 }), end: 8 })
  assert.equal(decodeBencodePrefix(bytes('i1e')), { value: 1, end: 3 })
  assert.is(
    codeOf(() => decodeBencodePrefix(bytes('d1:ai1e'))),
    'invalid_bencode',
  )
})

test('spans are those of the values, and only of the outer dictionary', () => {
  const { value, spans } = decodeDictionaryWithSpans(bytes('d1:bd1:ci1ee1:a2:xye'))
  assert.equal(value, dictionary({ b: dictionary({ c: 1 }), a: bytes('xy') }))
  assert.equal([...spans], [['b', { start: 4, end: 12 }], ['a', { start: 15, end: 19 }]]) // prettier-ignore
  for (const text of ['le', 'i1e', '1:a', '', 'dee']) {
    assert.is(
      codeOf(() => decodeDictionaryWithSpans(bytes(text))),
      'invalid_bencode',
      text,
    )
  }
})

test('any bytes are decoded or refused, and nothing else', () => {
  const likely = fc.array(fc.constantFrom('d', 'l', 'i', 'e', '0', '1', '2', ':', '-', 'a', '0:', 'i1e')) // prettier-ignore
  fc.assert(
    fc.property(fc.uint8Array(), likely, (random, parts) => {
      codeOf(() => decodeBencode(random))
      codeOf(() => decode(parts.join('')))
    }),
    { numRuns: 5000 },
  )
})

function dictionary(entries: Record<string, BencodeValue>): BencodeValue {
  return Object.assign(Object.create(null) as Record<string, BencodeValue>, entries)
}

test.run()
