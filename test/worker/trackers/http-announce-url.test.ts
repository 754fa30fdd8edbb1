import * as assert from 'uvu/assert'
import { announceUrl, scrapeUrl } from '../../../src/worker/session/trackers/http-announce-url.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/trackers/http-announce-url')
const request = {
  infoHash: Uint8Array.from({ length: 20 }, (_, index) => index * 13),
  peerId: Buffer.from('-RT0001-abc~._-+ &=%'),
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3,
  event: undefined,
  key: 0xab,
  numWant: 80,
  trackerId: undefined,
  address: '',
}

test('every parameter is there, bytes escaped', () => {
  assert.is(
    announceUrl('http://t/announce', request),
    'http://t/announce?info_hash=%00%0D%1A%274AN%5Bhu%82%8F%9C%A9%B6%C3%D0%DD%EA%F7' +
      '&peer_id=-RT0001-abc~._-%2B%20%26%3D%25&port=6881&uploaded=1&downloaded=2&left=3&key=000000ab' +
      '&numwant=80&compact=1&no_peer_id=1',
  )
})

test('an event and the tracker id are added', () => {
  const url = announceUrl('http://t/announce', { ...request, event: 'started', trackerId: 'a&\u00ff' })
  assert.ok(url.endsWith('&no_peer_id=1&event=started&trackerid=a%26%FF'))
})

test('an address to be told as ours is added', () => {
  const ending = (address: string) =>
    announceUrl('http://t/announce', { ...request, address }).split('&no_peer_id=1')[1]
  assert.is(ending('203.0.113.7'), '&ip=203.0.113.7')
  assert.is(ending('2001:db8::7'), '&ip=2001%3Adb8%3A%3A7')
  assert.is(ending(''), '')
})

test('a query of the tracker stays in front and a fragment is dropped', () => {
  const start = (tracker: string) => announceUrl(tracker, request).split('info_hash', 1)[0]
  assert.is(start('http://t/announce?passkey=a%20b#c'), 'http://t/announce?passkey=a%20b&')
  assert.is(start('http://t/announce?'), 'http://t/announce?')
  assert.is(start('http://t/a?b&'), 'http://t/a?b&')
})

const scrapes: [string, string | undefined][] = [
  ['http://example.com/announce', 'http://example.com/scrape'],
  ['http://example.com/x/announce', 'http://example.com/x/scrape'],
  ['http://example.com/announce.php', 'http://example.com/scrape.php'],
  ['http://example.com/a', undefined],
  ['http://example.com/announce?x2%0644', 'http://example.com/scrape?x2%0644'],
  ['http://example.com/announce?x=2/4', undefined],
  ['http://example.com/x%064announce', undefined],
]
for (const [announce, scrape] of scrapes) {
  test(`scrape of ${announce} follows BEP 48`, () => {
    const found = scrapeUrl(announce, Uint8Array.of(0x41, 0))?.replace(/[?&]info_hash=A%00$/, '')
    assert.is(found, scrape)
  })
}

test.run()
