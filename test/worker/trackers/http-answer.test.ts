import { isIP } from 'node:net'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { encodeBencode, type Encodable } from '../../../src/protocol/bencode-encode.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { readAnnounceAnswer, readScrapeAnswer } from '../../../src/worker/session/trackers/http-answer.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/trackers/http-answer')
const read = (answer: Encodable) => readAnnounceAnswer(encodeBencode(answer))

function refusal(answer: Uint8Array): string {
  try {
    readAnnounceAnswer(answer)
  } catch (error) {
    assert.instance(error, RestTorrentError)
    assert.is((error as RestTorrentError).code, 'fetch_failed')
    return (error as RestTorrentError).message
  }
  return assert.unreachable('the answer was accepted') as never
}

test('compact peers of both families are taken without port 0 and without a cut-off one', () => {
  const peers = Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1, 10, 0, 0, 2, 0, 0, 10, 0)
  const peers6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80)
  assert.equal(read({ peers, peers6 }).addresses, [
    { host: '10.0.0.1', port: 6881 },
    { host: '2001:db8::1', port: 80 },
  ])
})

test('a list of dictionaries is taken, host names and wrong types in it are not', () => {
  const peers = [
    { ip: '10.0.0.1', port: 6881, 'peer id': 'x'.repeat(20) },
    { ip: '2001:DB8:0::1', port: 1 },
    { ip: 'tracker.example', port: 6881 },
    { ip: '10.0.0.2', port: 0 },
    { ip: '10.0.0.2', port: 65_536 },
    { ip: '10.0.0.2', port: '80' },
    { ip: 7, port: 80 },
    { port: 80 },
    'x',
    5,
  ]
  assert.equal(read({ peers }).addresses, [
    { host: '10.0.0.1', port: 6881 },
    { host: '2001:db8::1', port: 1 },
  ])
})

test('at most 200 peers are taken', () => {
  assert.is(read({ peers: new Uint8Array(6 * 300).fill(1) }).addresses.length, 200)
  const entry = { ip: '10.0.0.1', port: 6881 }
  const long = { peers: Array<typeof entry>(150).fill(entry), peers6: new Uint8Array(18 * 100).fill(1) }
  assert.is(read(long).addresses.length, 200)
})

test('intervals are kept between a minute and an hour', () => {
  const intervals = (interval: Encodable, min: Encodable) => {
    const { intervalMs, minIntervalMs } = read({ interval, 'min interval': min })
    return [intervalMs, minIntervalMs]
  }
  assert.equal(intervals(900, 300), [900_000, 300_000])
  assert.equal(intervals(0, 0), [60_000, 60_000])
  assert.equal(intervals(99_999_999, 99_999_999), [3_600_000, 3_600_000])
  assert.equal(intervals(-5, 'x'), [1_800_000, 60_000])
})

test('counts, warning, tracker id and external address are read', () => {
  const answer = read({
    complete: 1,
    incomplete: 2,
    downloaded: 3,
    'warning message': 'be\nware',
    'tracker id': Uint8Array.of(0xff, 0x41),
    'external ip': Uint8Array.of(192, 0, 2, 1),
  })
  assert.is(answer.seeds, 1)
  assert.is(answer.peers, 2)
  assert.is(answer.downloads, 3)
  assert.is(answer.warning, 'be ware')
  assert.is(answer.trackerId, '\u00ffA')
  assert.is(answer.externalAddress, '192.0.2.1')
})

test('fields of a wrong type are ignored', () => {
  const answer = read({
    complete: 'x',
    incomplete: -1,
    interval: [],
    peers: 5,
    peers6: [],
    'warning message': 5,
    'tracker id': {},
    'external ip': 'abc',
  })
  assert.equal(answer, {
    addresses: [],
    intervalMs: 1_800_000,
    minIntervalMs: 60_000,
    seeds: undefined,
    peers: undefined,
    downloads: undefined,
    warning: undefined,
    trackerId: undefined,
    externalAddress: undefined,
  })
})

test('a failure reason is the message, short and on one line', () => {
  assert.is(refusal(encodeBencode({ 'failure reason': 'not\r\n\u202eregistered' })), 'not registered')
  assert.is(refusal(encodeBencode({ 'failure reason': 5 })), 'refused without a reason')
  assert.ok(refusal(encodeBencode({ 'failure reason': 'x'.repeat(10_000) })).length <= 300)
})

for (const text of ['', 'd', '<html>', 'i5e', 'le', '5:hello', 'd5:peers6:abe', 'de ', 'd8:intervali-0ee']) {
  test(`"${text}" is refused`, () => {
    assert.match(refusal(Buffer.from(text)), /^answer is not/)
  })
}

const key = fc.constantFrom(
  'peers',
  'peers6',
  'interval',
  'complete',
  'tracker id',
  'external ip',
  'files',
  'ip',
)
const { value: anything } = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value')),
  ),
}))

test('whatever is answered, it is taken within its bounds or refused as a failed fetch', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.dictionary(key, anything).map(encodeBencode))
  fc.assert(
    fc.property(bytes, (body) => {
      try {
        const { addresses, intervalMs, minIntervalMs } = readAnnounceAnswer(body)
        assert.ok([intervalMs, minIntervalMs].every((ms) => ms >= 60_000 && ms <= 3_600_000))
        assert.ok(addresses.every(({ host, port }) => isIP(host) !== 0 && port > 0 && port < 65_536))
      } catch (error) {
        assert.ok(error instanceof RestTorrentError && error.code === 'fetch_failed')
      }
    }),
  )
})

test('a scrape finds the torrent by its bytes', () => {
  const infoHash = Uint8Array.from({ length: 20 }, (_, index) => 255 - index)
  const key = Buffer.from(infoHash).toString('latin1')
  const body = encodeBencode({ files: { [key]: { complete: 4, incomplete: 5, downloaded: 6 } } })
  assert.equal(readScrapeAnswer(body, infoHash), { seeds: 4, peers: 5, downloads: 6 })
  assert.throws(() => readScrapeAnswer(body, new Uint8Array(20)), /unknown to the tracker/)
  assert.throws(() => readScrapeAnswer(encodeBencode({ files: 5 }), infoHash), /unknown to the tracker/)
})

test.run()
