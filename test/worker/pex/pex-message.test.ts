import * as assert from 'uvu/assert'
import { encodeBencode, type EncodableDictionary } from '../../../src/protocol/bencode-encode.ts'
import { decodePex, encodePex } from '../../../src/worker/session/engine/pex/pex-message.ts'
import { codeOf } from '../../support/code-of.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/pex/pex-message')
const peer = Buffer.from([1, 2, 3, 4, 0x1a, 0xe1])
const peer6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  Buffer.from([0x1a, 0xe1]),
])

const decode = (message: EncodableDictionary) => decodePex(encodeBencode(message))

test('a message says who came, with flags, and who went, of both families', () => {
  const message = {
    added: [
      { address: '1.2.3.4:6881', flags: 0x12 },
      { address: '[2001:db8::1]:6881', flags: 0x01 },
    ],
    dropped: ['5.6.7.8:1', '[2001:db8::2]:2'],
  }
  assert.equal(decodePex(encodePex(message)), message)
})

test('a message is the bytes that BEP 11 asks for', () => {
  const bytes = encodePex({ added: [{ address: '1.2.3.4:6881', flags: 0x10 }], dropped: [] })
  const expected = encodeBencode({
    added: peer,
    'added.f': Buffer.from([0x10]),
    dropped: Buffer.alloc(0),
    added6: Buffer.alloc(0),
    'added6.f': Buffer.alloc(0),
    dropped6: Buffer.alloc(0),
  })
  assert.equal(Buffer.from(bytes), Buffer.from(expected))
})

test('flags may be absent, and a peer without a port is left out', () => {
  const { added } = decode({ added: Buffer.concat([peer, Buffer.from([1, 2, 3, 4, 0, 0])]), added6: peer6 })
  assert.equal(added, [
    { address: '1.2.3.4:6881', flags: 0 },
    { address: '[2001:db8::1]:6881', flags: 0 },
  ])
})

test('50 peers are taken of 20,000', () => {
  const { added, dropped } = decode({
    added: Buffer.concat(Array<Buffer>(20_000).fill(peer)),
    dropped: Buffer.concat(Array<Buffer>(20_000).fill(peer)),
  })
  assert.is(added.length, 50)
  assert.is(dropped.length, 50)
})

test('whatever is malformed is refused', () => {
  const cases: (() => unknown)[] = [
    () => decodePex(new Uint8Array()),
    () => decodePex(Buffer.from('le')),
    () => decodePex(Buffer.from('d5:added-6:e')),
    () => decodePex(Buffer.from('d'.repeat(100))),
    () => decode({ added: 6 }),
    () => decode({ added: [peer] }),
    () => decode({ added: peer.subarray(1) }),
    () => decode({ added6: peer }),
    () => decode({ dropped: { a: 1 } }),
    () => decode({ added: peer, 'added.f': Buffer.alloc(2) }),
    () => decode({ added: peer, 'added.f': 1 }),
  ]
  for (const one of cases) assert.is(codeOf(one), 'invalid_bencode', String(one))
})

test.run()
