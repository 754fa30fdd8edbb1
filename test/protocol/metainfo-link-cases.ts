/** Cases about what stands around info: trackers, web seeds, remarks. */
import type { Metainfo } from '../../src/protocol/metainfo.ts'
import { holds, latin, lone, type MetainfoCase } from './metainfo-case.ts'

const trackers = (metainfo: Metainfo): unknown => metainfo.trackers
const webSeeds = (metainfo: Metainfo): unknown => metainfo.webSeeds
const around = (outer: Parameters<typeof lone>[1]): Uint8Array => lone({}, outer)
const many = (count: number, scheme = 'udp'): string[] =>
  Array.from({ length: count }, (_, index) => `${scheme}://tracker.example:${index + 1}`)

const trackerCases: MetainfoCase[] = [
  holds('no tracker is no tier', around({}), trackers, []),
  holds('announce is the only tier', around({ announce: 'http://a.example/announce' }), trackers, [
    ['http://a.example/announce'],
  ]),
  holds(
    'announce-list is preferred to announce',
    around({
      announce: 'http://a.example',
      'announce-list': [['http://b.example', 'udp://c.example'], ['ws://d.example']],
    }),
    trackers,
    [['http://b.example', 'udp://c.example'], ['ws://d.example']],
  ),
  holds(
    'an announce-list without a usable tracker leaves announce',
    around({ announce: 'http://a.example', 'announce-list': [['file:///etc/passwd'], []] }),
    trackers,
    [['http://a.example']],
  ),
  holds('a flat announce-list is one tier each', around({ 'announce-list': many(2) }), trackers, [
    ['udp://tracker.example:1'],
    ['udp://tracker.example:2'],
  ]),
  holds('an announce that is a number is ignored', around({ announce: 1 }), trackers, []),
  holds('an announce-list that is a dictionary is ignored', around({ 'announce-list': {} }), trackers, []),
  holds('tiers of numbers are ignored', around({ 'announce-list': [1, [2], [[3]]] }), trackers, []),
  holds(
    'a tracker comes once',
    around({ 'announce-list': [['http://a.example'], ['http://a.example', 'http://b.example']] }),
    trackers,
    [['http://a.example'], ['http://b.example']],
  ),
  holds('a tracker loses the space around it', around({ announce: ' http://a.example\r\n' }), trackers, [
    ['http://a.example'],
  ]),
  holds(
    'a tracker with a line break inside is ignored',
    around({ announce: 'http://a.example/\r\nX: y' }),
    trackers,
    [],
  ),
  holds('a tracker with NUL is ignored', around({ announce: 'http://a.example/\0' }), trackers, []),
  holds('a tracker without a host is ignored', around({ announce: 'http://' }), trackers, []),
  holds(
    'a tracker with a port past 65535 is ignored',
    around({ announce: 'udp://a.example:65536' }),
    trackers,
    [],
  ),
  holds('a javascript tracker is ignored', around({ announce: 'javascript:alert(1)' }), trackers, []),
  holds('a tracker that is a path is ignored', around({ announce: '/announce' }), trackers, []),
  holds(
    'every scheme that can be announced to is kept',
    around({
      'announce-list': [['http://a', 'https://a', 'udp://a', 'ws://a', 'wss://a', 'ftp://a', 'dht://a']],
    }),
    trackers,
    [['http://a', 'https://a', 'udp://a', 'ws://a', 'wss://a']],
  ),
  holds('the case of a scheme does not matter', around({ announce: 'HTTP://a.example' }), trackers, [
    ['HTTP://a.example'],
  ]),
  holds(
    'a tracker of 2 KiB is kept',
    around({ announce: `http://a/${'x'.repeat(2039)}` }),
    ({ trackers }) => trackers.length,
    1,
  ),
  holds(
    'a tracker over 2 KiB is ignored',
    around({ announce: `http://a/${'x'.repeat(2040)}` }),
    trackers,
    [],
  ),
  holds('2 KiB are bytes', around({ announce: `http://a/${'é'.repeat(1500)}` }), trackers, []),
  holds(
    'trackers over 64 are ignored',
    around({ 'announce-list': [many(40), many(90)] }),
    ({ trackers }) => trackers.map((tier) => tier.length),
    [40, 24],
  ),
]

const webSeedCases: MetainfoCase[] = [
  holds('no web seed', around({}), webSeeds, []),
  holds('one web seed as text', around({ 'url-list': 'http://a.example/' }), webSeeds, ['http://a.example/']),
  holds('an empty web seed is none', around({ 'url-list': '' }), webSeeds, []),
  holds(
    'web seeds as a list',
    around({ 'url-list': ['http://a.example/', 'https://b.example/'] }),
    webSeeds,
    ['http://a.example/', 'https://b.example/'],
  ),
  holds(
    'a web seed of another scheme is ignored',
    around({ 'url-list': ['ftp://a', 'udp://a', 'file:///a'] }),
    webSeeds,
    [],
  ),
  holds('a web seed comes once', around({ 'url-list': ['http://a', 'http://a'] }), webSeeds, ['http://a']),
  holds(
    'web seeds over 16 are ignored',
    around({ 'url-list': many(17, 'http') }),
    ({ webSeeds }) => webSeeds.length,
    16,
  ),
  holds(
    'a web seed over 2 KiB is ignored',
    around({ 'url-list': `http://a/${'x'.repeat(2040)}` }),
    webSeeds,
    [],
  ),
  holds(
    'web seeds that are a dictionary are ignored',
    around({ 'url-list': { a: 'http://a' } }),
    webSeeds,
    [],
  ),
]

const remarkCases: MetainfoCase[] = [
  holds('remarks are optional', around({}), (metainfo) => Object.keys(metainfo).sort(), [
    'info',
    'infoSpan',
    'rawInfo',
    'trackers',
    'webSeeds',
  ]),
  holds('a comment is read', around({ comment: 'hé' }), ({ comment }) => comment, 'hé'),
  holds(
    'comment.utf-8 is preferred',
    around({ comment: 'a', 'comment.utf-8': 'b' }),
    ({ comment }) => comment,
    'b',
  ),
  holds(
    'a comment that is not UTF-8 is readable',
    around({ comment: latin('h\xe9') }),
    ({ comment }) => comment,
    'h\ufffd',
  ),
  holds(
    'a comment is cut at 4 KiB between characters',
    around({ comment: 'é'.repeat(3000) + 'x' }),
    ({ comment }) => comment,
    'é'.repeat(2048),
  ),
  holds(
    'a cut character is left out',
    around({ comment: `x${'é'.repeat(3000)}` }),
    ({ comment }) => comment,
    `x${'é'.repeat(2047)}`,
  ),
  holds('a comment that is a number is ignored', around({ comment: 1 }), ({ comment }) => comment, undefined),
  holds('the creator is read', around({ 'created by': 'maker' }), ({ createdBy }) => createdBy, 'maker'),
  holds(
    'the date is read',
    around({ 'creation date': 1_700_000_000 }),
    ({ creationDate }) => creationDate,
    1_700_000_000,
  ),
  holds(
    'a date before 1970 is ignored',
    around({ 'creation date': -1 }),
    ({ creationDate }) => creationDate,
    undefined,
  ),
  holds(
    'a date that is text is ignored',
    around({ 'creation date': '1' }),
    ({ creationDate }) => creationDate,
    undefined,
  ),
]

export const linkCases = [trackerCases, webSeedCases, remarkCases].flat()
