/** A link and what must come of it: an error code, or something that it says. */
import type { ErrorCode } from '../../src/protocol/errors.ts'
import type { Magnet } from '../../src/protocol/magnet.ts'

export type MagnetCase = { title: string; link: string } & (
  { code: ErrorCode } | { fact: (magnet: Magnet) => unknown; is: unknown }
)

const hex = '0123456789abcdef0123456789abcdef01234567'
const base32 = 'AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH'
const topic = `magnet:?xt=urn:btih:${hex}`
const refused = (title: string, code: ErrorCode, link: string): MagnetCase => ({ title, link, code })
const holds = (title: string, link: string, fact: (magnet: Magnet) => unknown, is: unknown): MagnetCase => ({
  title,
  link,
  fact,
  is,
})
const infoHash = (magnet: Magnet): unknown => magnet.infoHash
const name = (magnet: Magnet): unknown => magnet.name
const trackers = (magnet: Magnet): unknown => magnet.trackers
const peers = (magnet: Magnet): unknown => magnet.peers.map(({ host, port }) => `${host} ${port}`)
const selectOnly = (magnet: Magnet): unknown => magnet.selectOnly
const many = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join('')

const topicCases: MagnetCase[] = [
  holds('hex', topic, infoHash, hex),
  holds('hex in upper case', topic.toUpperCase(), infoHash, hex),
  holds('an info hash by itself', `  ${hex.toUpperCase()}\n`, infoHash, hex),
  holds('an info hash by itself in base32', base32.toLowerCase(), infoHash, hex),
  refused('41 hex digits', 'invalid_magnet', `${hex}0`),
  holds('base32', `magnet:?xt=urn:btih:${base32}`, infoHash, hex),
  holds('base32 in lower case', `magnet:?xt=urn:btih:${base32.toLowerCase()}`, infoHash, hex),
  holds('an escaped topic', `magnet:?xt=urn%3Abtih%3A${hex}`, infoHash, hex),
  holds('a numbered topic', `magnet:?xt.1=urn:btih:${hex}`, infoHash, hex),
  holds('the first of two topics', `${topic}&xt=urn:btih:${'f'.repeat(40)}`, infoHash, hex),
  holds('a topic after others', `magnet:?dn=a&xt=urn:sha1:x&xt=urn:btih:${hex}`, infoHash, hex),
  holds(
    'a hybrid by its version 1 part',
    `magnet:?xt=urn:btmh:1220${'a'.repeat(64)}&xt=urn:btih:${hex}`,
    infoHash,
    hex,
  ),
  refused('only version 2', 'unsupported_v2_only', `magnet:?xt=urn:btmh:1220${'a'.repeat(64)}`),
  refused(
    'a broken version 1 part beside version 2',
    'invalid_magnet',
    'magnet:?xt=urn:btmh:1220aa&xt=urn:btih:1',
  ),
  refused('nothing', 'invalid_magnet', ''),
  refused('no query', 'invalid_magnet', 'magnet:'),
  refused('an empty query', 'invalid_magnet', 'magnet:?'),
  refused('another scheme', 'invalid_magnet', `http://a.example/?xt=urn:btih:${hex}`),
  refused('a link inside a text', 'invalid_magnet', ` see ${topic}`),
  refused('no topic', 'invalid_magnet', 'magnet:?dn=a'),
  refused('an empty topic', 'invalid_magnet', 'magnet:?xt='),
  refused('a topic without a value', 'invalid_magnet', 'magnet:?xt'),
  refused('a hash that is too short', 'invalid_magnet', topic.slice(0, -1)),
  refused('a hash that is too long', 'invalid_magnet', `${topic}0`),
  refused('a hash that is not hex', 'invalid_magnet', `magnet:?xt=urn:btih:${'g'.repeat(40)}`),
  refused('a hash that is not base32', 'invalid_magnet', `magnet:?xt=urn:btih:${'1'.repeat(32)}`),
  refused('another urn', 'invalid_magnet', `magnet:?xt=urn:sha1:${hex}`),
  refused('a topic of broken escapes', 'invalid_magnet', 'magnet:?xt=%E0%A4%A'),
  refused('more than 8 KiB', 'invalid_magnet', `${topic}&x=${'a'.repeat(8192)}`),
  refused('more than 8 KiB in few characters', 'invalid_magnet', `${topic}&x=${'€'.repeat(3000)}`),
  refused('more than 8 KiB of a topic', 'invalid_magnet', `magnet:?xt=urn:btih:${'a'.repeat(10_000_000)}`),
]

const otherCases: MagnetCase[] = [
  holds('just 8 KiB', topic + `&x=${'a'.repeat(8192 - topic.length - 3)}`, infoHash, hex),
  holds('an escaped name', `${topic}&dn=h%C3%A9llo%26more`, name, 'héllo&more'),
  holds('a name with plus for space', `${topic}&dn=a+b%2Bc`, name, 'a b+c'),
  holds('a name of broken escapes is none', `${topic}&dn=100%`, name, undefined),
  holds('an empty name is none', `${topic}&dn=`, name, undefined),
  holds('the first of two names', `${topic}&dn=a&dn=b`, name, 'a'),
  holds('a name is cut at 1 KiB', `${topic}&dn=${'é'.repeat(2000)}`, name, 'é'.repeat(512)),
  holds(
    'a key that names a path is ignored',
    `${topic}&path=/etc&skipVerify=1&infoHash=x`,
    (magnet) => Object.keys(magnet).sort(),
    ['infoHash', 'peers', 'trackers', 'webSeeds'],
  ),
  holds('the keys of Object are ignored', `${topic}&__proto__=a&constructor=b&toString=c`, name, undefined),
  holds('trackers', `${topic}&tr=udp%3A%2F%2Fa.example%3A1&tr=http://b.example/a+b`, trackers, [
    'udp://a.example:1',
    'http://b.example/a+b',
  ]),
  holds('numbered trackers', `${topic}&tr.0=udp://a.example:1&tr.12=udp://b.example:1`, trackers, [
    'udp://a.example:1',
    'udp://b.example:1',
  ]),
  holds('a tracker comes once', `${topic}&tr=udp://a:1&tr=udp://a:1`, trackers, ['udp://a:1']),
  holds('a tracker of another scheme is ignored', `${topic}&tr=file:///etc/passwd&tr=a&tr=`, trackers, []),
  holds('a tracker with an escaped line break is ignored', `${topic}&tr=http://a/%0d%0ax`, trackers, []),
  holds('a tracker of broken escapes is ignored', `${topic}&tr=http://a/%zz`, trackers, []),
  holds('a tracker over 2 KiB is ignored', `${topic}&tr=http://a/${'x'.repeat(2048)}`, trackers, []),
  holds(
    'trackers over 32 are ignored',
    topic + many(40, (index) => `&tr=udp://a:${index + 1}`),
    (magnet) => magnet.trackers.length,
    32,
  ),
  holds(
    'web seeds',
    `${topic}&ws=http://a.example/f&ws=https://b.example/&ws=ftp://c`,
    (magnet) => magnet.webSeeds,
    ['http://a.example/f', 'https://b.example/'],
  ),
  holds(
    'web seeds over 8 are ignored',
    topic + many(12, (index) => `&ws=http://a/${index}`),
    (magnet) => magnet.webSeeds.length,
    8,
  ),
  holds('peers', `${topic}&x.pe=10.0.0.1:6881&x.pe=[2001:DB8:0:0::1]:1&x.pe.1=%5B::1%5D:65535`, peers, [
    '10.0.0.1 6881',
    '2001:db8::1 1',
    '::1 65535',
  ]),
  holds('a mapped address keeps one form', `${topic}&x.pe=[::ffff:127.0.0.1]:1`, peers, ['::ffff:7f00:1 1']),
  holds('a peer comes once', `${topic}&x.pe=1.2.3.4:5&x.pe=1.2.3.4:5&x.pe=1.2.3.4:6`, peers, [
    '1.2.3.4 5',
    '1.2.3.4 6',
  ]),
  holds('a peer by name is ignored', `${topic}&x.pe=peer.example:1&x.pe=localhost:1`, peers, []),
  holds(
    'a peer without a port is ignored',
    `${topic}&x.pe=1.2.3.4&x.pe=[::1]&x.pe=1.2.3.4:&x.pe=::1:5`,
    peers,
    [],
  ),
  holds(
    'a peer on no port is ignored',
    `${topic}&x.pe=1.2.3.4:0&x.pe=1.2.3.4:65536&x.pe=1.2.3.4:-1`,
    peers,
    [],
  ),
  holds(
    'an address in an odd form is ignored',
    `${topic}&x.pe=127.1:1&x.pe=0x7f.0.0.1:1&x.pe=0177.0.0.1:1&x.pe=256.0.0.1:1&x.pe=2130706433:1&x.pe=[::1%25lo]:1&x.pe=[1:2]:1`,
    peers,
    [],
  ),
  holds(
    'peers over 16 are ignored',
    topic + many(20, (index) => `&x.pe=1.2.3.4:${index + 1}`),
    (magnet) => magnet.peers.length,
    16,
  ),
  holds('a selection', `${topic}&so=0,2,4-6`, selectOnly, [0, 2, 4, 5, 6]),
  holds('a selection in any order', `${topic}&so=5,1-2,2&so=0`, selectOnly, [0, 1, 2, 5]),
  holds('a selection past any torrent is cut', `${topic}&so=19998-99999999999`, selectOnly, [19_998, 19_999]),
  holds('a selection of what no torrent has is none', `${topic}&so=20000,20001-20002`, selectOnly, undefined),
  holds(
    'parts that are no ranges are ignored',
    `${topic}&so=a,-1,3-,1.5,0x1,7,9-8,%20,,1e1`,
    selectOnly,
    [7],
  ),
  holds(
    'a selection of everything a thousand times',
    `${topic}&so=${'0-99999,'.repeat(1000)}`,
    (magnet) => magnet.selectOnly?.length,
    20_000,
  ),
  holds('a length', `${topic}&xl=123`, (magnet) => magnet.length, 123),
  holds('a length that is no number is none', `${topic}&xl=1e3`, (magnet) => magnet.length, undefined),
  holds('a length past 2^53 is none', `${topic}&xl=9007199254740993`, (magnet) => magnet.length, undefined),
]

export const magnetCases = [...topicCases, ...otherCases]
