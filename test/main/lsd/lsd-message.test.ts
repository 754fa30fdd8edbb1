import fc from 'fast-check'
import * as assert from 'uvu/assert'
import {
  formatAnnounce,
  longestDatagram,
  mostInfoHashes,
  parseAnnounce,
  type LsdAnnounce,
} from '../../../src/main/lsd/lsd-message.ts'
import { suite } from '../../support/suite.ts'

const test = suite('main/lsd/lsd-message')

const infoHash = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdef')),
  minLength: 40,
  maxLength: 40,
})
const cookie = fc.string({ unit: fc.constantFrom(...Array.from('aZ09-_.:"%~')), minLength: 1, maxLength: 64 })
const announces: fc.Arbitrary<LsdAnnounce> = fc.record(
  {
    port: fc.integer({ min: 1, max: 65_535 }),
    infoHashes: fc.uniqueArray(infoHash, { minLength: 1, maxLength: mostInfoHashes }),
    cookie: fc.option(cookie, { nil: undefined }),
  },
  { noNullPrototype: true },
)
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
const host = 'Host: 239.192.152.143:6771'

/** A datagram of these lines, ended as BEP 14 says. */
function lines(...headers: string[]): Buffer {
  return Buffer.from(`BT-SEARCH * HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n\r\n`, 'latin1')
}

test('what is formatted is parsed again, and fits into a datagram', () => {
  fc.assert(
    fc.property(announces, (announce) => {
      const bytes = formatAnnounce(announce)
      assert.ok(bytes.length <= longestDatagram)
      assert.equal(parseAnnounce(bytes), announce)
    }),
  )
})

test('the longest announce fits into a datagram', () => {
  const infoHashes = Array.from({ length: mostInfoHashes }, (_, at) => String(at).padStart(40, '0'))
  const bytes = formatAnnounce({ port: 65_535, infoHashes, cookie: 'c'.repeat(64) })
  assert.ok(bytes.length <= longestDatagram, `${bytes.length}`)
})

test('an announce has the form of BEP 14', () => {
  assert.is(
    formatAnnounce({ port: 6881, infoHashes: [a], cookie: 'ours' }).toString(),
    `BT-SEARCH * HTTP/1.1\r\n${host}\r\nPort: 6881\r\nInfohash: ${a}\r\ncookie: ours\r\n\r\n\r\n`,
  )
})

test('announces as other clients write them are read', () => {
  const read = { port: 6881, infoHashes: [a, b], cookie: undefined }
  const upper = lines(host, 'Port: 6881', `Infohash: ${a.toUpperCase()}`, `Infohash: ${b.toUpperCase()}`)
  assert.equal(parseAnnounce(upper), read)
  assert.equal(
    parseAnnounce(lines('PORT:6881', host.toUpperCase(), `INFOHASH:${a}`, `infohash: ${b}`, 'X-New: 1')),
    read,
  )
  const once = lines(host, 'Port: 6881', `Infohash: ${a}`, `Infohash: ${b}`, `Infohash: ${a}`)
  assert.equal(parseAnnounce(once), read)
  const shortEnd = lines(host, 'Port: 6881', `Infohash: ${a}`, 'cookie: 1f').subarray(0, -2)
  assert.equal(parseAnnounce(shortEnd), { port: 6881, infoHashes: [a], cookie: '1f' })
})

test('random bytes never throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void parseAnnounce(bytes)))
})

test('an announce with bytes changed never throws, and gives nothing that is malformed', () => {
  const changes = fc.array(fc.tuple(fc.nat(1399), fc.nat(255)), { maxLength: 5 })
  fc.assert(
    fc.property(announces, changes, fc.nat(1400), (announce, changed, length) => {
      const bytes = formatAnnounce(announce).subarray(0, length)
      for (const [at, byte] of changed) bytes[at] = byte
      const read = parseAnnounce(bytes)
      if (read === undefined) return
      assert.ok(read.port >= 1 && read.port <= 65_535 && read.infoHashes.length > 0)
      assert.ok(read.infoHashes.every((one) => /^[0-9a-f]{40}$/.test(one)))
    }),
  )
})

const port = 'Port: 6881'
const hash = `Infohash: ${a}`
const hostile: Record<string, Uint8Array> = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.of(0),
  'only line ends': Buffer.from('\r\n\r\n\r\n'),
  'only the request line': Buffer.from('BT-SEARCH * HTTP/1.1\r\n\r\n\r\n'),
  'another method': Buffer.from(lines(host, port, hash).toString().replace('BT-SEARCH', 'M-SEARCH')),
  'another version': Buffer.from(lines(host, port, hash).toString().replace('1.1', '1.0')),
  'no end': lines(host, port, hash).subarray(0, -6),
  'a body': Buffer.concat([lines(host, port, hash), Buffer.from('body')]),
  'bare line feeds': Buffer.from(lines(host, port, hash).toString().replaceAll('\r', '')),
  'no host': lines(port, hash),
  'two hosts': lines(host, host, port, hash),
  'another host': lines('Host: 127.0.0.1:6771', port, hash),
  'the IPv6 group': lines('Host: [ff15::efc0:988f]:6771', port, hash),
  'no port': lines(host, hash),
  'two ports': lines(host, port, 'Port: 6882', hash),
  'port 0': lines(host, 'Port: 0', hash),
  'port 65536': lines(host, 'Port: 65536', hash),
  'a negative port': lines(host, 'Port: -1', hash),
  'a hexadecimal port': lines(host, 'Port: 0x50', hash),
  'a port with an exponent': lines(host, 'Port: 1e3', hash),
  'an endless port': lines(host, `Port: ${'9'.repeat(400)}`, hash),
  'no info hash': lines(host, port),
  'an empty info hash': lines(host, port, 'Infohash: '),
  'a short info hash': lines(host, port, `Infohash: ${a.slice(1)}`),
  'a long info hash': lines(host, port, `Infohash: ${a}a`),
  'an info hash of other letters': lines(host, port, `Infohash: ${'g'.repeat(40)}`),
  'one bad info hash among good ones': lines(host, port, hash, 'Infohash: x'),
  'an info hash with a NUL': lines(host, port, `Infohash: ${a.slice(1)}\0`),
  'two cookies': lines(host, port, hash, 'cookie: a', 'cookie: b'),
  'a long cookie': lines(host, port, hash, `cookie: ${'c'.repeat(65)}`),
  'a cookie of control characters': lines(host, port, hash, 'cookie: a\x1b[2Jb'),
  'a line without a colon': lines(host, port, hash, 'hello'),
  'a name that is an object member': lines(host, port, '__proto__: x', 'constructor: y'),
  'bytes that are no text': Buffer.concat([lines(host, port, hash).subarray(0, -6), Buffer.alloc(9, 255)]),
  'more than fits': lines(
    host,
    port,
    ...Array.from({ length: 30 }, (_, at) => `Infohash: ${String(at).padStart(40, '0')}`),
  ),
  '64 kB of line ends': Buffer.alloc(65_507, '\r\n'),
}

for (const [what, bytes] of Object.entries(hostile)) {
  test(`${what} is no announce`, () => {
    assert.is(parseAnnounce(bytes), undefined)
  })
}

test.run()
