/** What hostile trackers answer over HTTP, and what is shown of them afterwards. */
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { encodeBencode, type EncodableDictionary } from '../../src/protocol/bencode-encode.ts'
import type { TrackerView } from '../../src/protocol/tracker.ts'
import { chunk, drip, httpAnswer, redirect, writeForEver, type RawAnswer } from './raw-http.ts'

export interface TrackerCase {
  readonly title: string
  readonly answer: RawAnswer
  /** It is given up when its time is over. */
  readonly isSlow?: boolean
  /** The message of its failure; absent where the announce is taken for a good one. */
  readonly fails?: RegExp
  /** What holds of one that is taken. */
  readonly holds?: (tracker: TrackerView) => boolean
  /** What it may write at most before nobody listens. */
  readonly mostSent?: number
}

const megabyte = 1024 * 1024
const good = encodeBencode({ interval: 1800, peers: '' })
const unreadable = /could not be read$/
const bomb = Buffer.alloc(8 * megabyte)
const bombs = { gzip: gzipSync(bomb), deflate: deflateSync(bomb), br: brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }) } as const // prettier-ignore
const tooLarge = /body larger than 1048576 bytes$/
const noBencode = /^answer is not bencode$/

/** Answers that end in a failure and are no HTTP, too much of it, or never end. */
export const transportCases: readonly TrackerCase[] = [
  hangs('nothing at all', () => undefined),
  fails('the end of the connection', unreadable, (socket) => socket.end()),
  fails('a reset', unreadable, (socket) => socket.resetAndDestroy()),
  hangs('a status line that comes byte by byte', (socket) => {
    socket.write('HTTP/1.1 200 ')
    drip(socket)
  }),
  fails('garbage', unreadable, (socket) => socket.end(Buffer.alloc(5000, 0xee))),
  fails('a TLS alert', unreadable, (socket) => socket.end(Buffer.from('15030300020228', 'hex'))),
  fails('a body without a header', unreadable, (socket) => socket.end(good)),
  fails('another protocol', unreadable, (socket) => socket.end('SSH-2.0-OpenSSH_9\r\n\r\n')),
  fails('a header that never ends', unreadable, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    writeForEver(socket, Buffer.from('X-Header: value\r\n'.repeat(1000)))
  }, 8 * megabyte),
  fails('one header of a megabyte', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'X-Long': 'a'.repeat(megabyte) }, good))),
  fails('100,000 headers', unreadable, (socket) => socket.end(httpAnswer('200 OK', many(100_000), good))),
  hangs('a header that comes byte by byte', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX-Slow: ')
    drip(socket)
  }),
  fails('interim answers without end', unreadable, (socket) => writeForEver(socket, Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100))), 8 * megabyte),
  fails('another protocol to go on with', /answered 101$|could not be read$/, (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')),
  ...['400 Bad', '401 No', '403 No', '404 No', '429 Later', '500 Bad', '503 Bad', '599 Odd'].map((status) => fails(`the status ${status}`, new RegExp(`answered ${status.slice(0, 3)}$`), (socket) => socket.end(httpAnswer(status, { 'Retry-After': '99999999999999999999' }, good)))),
  fails('no content', noBencode, (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n')),
  fails('a body a byte longer than a megabyte', tooLarge, (socket) => socket.end(httpAnswer('200 OK', {}, Buffer.alloc(megabyte + 1)))),
  fails('a body without end', tooLarge, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    writeForEver(socket, Buffer.alloc(64 * 1024))
  }, 16 * megabyte),
  fails('chunks without end', tooLarge, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    writeForEver(socket, chunk(Buffer.alloc(64 * 1024)))
  }, 16 * megabyte),
  fails('chunks of one byte without end', /too many small chunks$/, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    writeForEver(socket, Buffer.concat(Array.from({ length: 5000 }, () => chunk(Buffer.alloc(1)))))
  }, 16 * megabyte),
  fails('a chunk of 2^64 bytes', unreadable, (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx')),
  fails('a chunk with a negative length', unreadable, (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n')),
  fails('chunks that are cut off', unreadable, (socket) => socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'), chunk(good)]))),
  hangs('a body that comes byte by byte', (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
    drip(socket)
  }),
  fails('half of its body', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Length': good.length * 2 }, good))),
  hangs('half of its body and silence', (socket) => socket.write(httpAnswer('200 OK', { 'Content-Length': good.length * 2 }, good))),
  fails('less than it sends', noBencode, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Length': 5 }, good))),
  fails('a negative length', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Length': -1 }, good))),
  fails('a length that is text', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Length': 'all' }, good))),
  fails('two lengths', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-length': 5 }, good))),
  fails('a length and chunks', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Transfer-Encoding': 'chunked' }, chunk(good)))),
  ...Object.entries(bombs).map(([encoding, bytes]) => fails(`a bomb of ${encoding}`, tooLarge, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Encoding': encoding }, bytes)))),
  fails('gzip that is none', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Encoding': 'gzip' }, good))),
  fails('gzip that is cut off', unreadable, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Encoding': 'gzip' }, gzipSync(good).subarray(0, -9)))),
  fails('gzip within gzip', /unknown encoding$/, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Encoding': 'gzip, gzip' }, gzipSync(gzipSync(good))))),
  fails('an encoding that nobody knows', /unknown encoding$/, (socket) => socket.end(httpAnswer('200 OK', { 'Content-Encoding': 'zpaq' }, good))),
  fails('a redirect to itself', /too many redirects$/, (socket, path) => socket.end(redirect(path))),
  fails('redirects that never end, each to another URL', /too many redirects$/, (socket, path) => socket.end(redirect(`${path}x`))),
  fails('a redirect without a target', /answered 302$/, (socket) => socket.end(httpAnswer('302 Found', {}))),
  fails('a redirect to a file', /not allowed$/, (socket) => socket.end(redirect('file:///etc/passwd'))),
  fails('a redirect to a UDP tracker', /not allowed$/, (socket) => socket.end(redirect('udp://127.0.0.1:80/'))),
  fails('a redirect with credentials', /not allowed$/, (socket, _, { url }) => socket.end(redirect(url.replace('://', '://a:b@')))),
  fails('a redirect to an address that may not be dialled', /./, (socket) => socket.end(redirect('http://169.254.169.254/latest/'))),
  fails('a redirect to half a megabyte', unreadable, (socket) => socket.end(redirect(`/${'a'.repeat(megabyte / 2)}`))),
] // prettier-ignore

/** Bodies that are no bencode. */
const malformed: readonly (readonly [title: string, body: string, fails?: RegExp])[] = [
  ['an empty body', ''],
  ['a page', '<html><body>no</body></html>'],
  ['JSON', '{"interval":1800}'],
  ['a dictionary that is cut off', 'd8:intervali1800e5:peers600:'],
  ['a negative length of a string', 'd5:peers-5:e'],
  ['a length with a zero in front', 'd5:peers06:aaaaaae'],
  ['an integer that is minus zero', 'd8:intervali-0ee'],
  ['a float', 'd8:intervali1.5ee'],
  ['an integer of 400 digits', `d8:intervali${'9'.repeat(400)}ee`],
  ['a key that is an integer', 'di1ei2ee'],
  ['something after its end', 'd8:intervali1800ee1:x'],
  ['lists 100,000 deep', 'l'.repeat(100_000)],
  ['300,000 empty lists in lists of peers', `d5:peers${'l'.repeat(40)}${'le'.repeat(300_000)}`],
  ['a list', 'le', /^answer is not a dictionary$/],
  ['an integer', 'i1e', /^answer is not a dictionary$/],
  ['a string', '5:hello', /^answer is not a dictionary$/],
]

/** Dictionaries that are refused, or taken within their bounds. */
export const answerCases: readonly TrackerCase[] = [
  ...malformed.map(([title, body, message = noBencode]) => fails(title, message, (socket) => socket.end(httpAnswer('200 OK', {}, body)))),
  refuses('a reason that is a list', { 'failure reason': [] }, /^refused without a reason$/),
  refuses('a reason of half a megabyte', { 'failure reason': 'x'.repeat(megabyte / 2) }, /^x{1,300}$/),
  refuses('a reason that turns a terminal around', { 'failure reason': '\u001b[2J\u202eno\r\n\u0000' }, /^[\x20-\x7e]+$/),
  taken('a negative interval', { interval: -5 }, waits(1800)),
  taken('an interval of 0', { interval: 0 }, waits(60)),
  taken('an interval of 2^53-1', { interval: Number.MAX_SAFE_INTEGER }, waits(3600)),
  taken('an interval that is text', { interval: '60' }, waits(1800)),
  taken('an interval that is a list', { interval: [] }, waits(1800)),
  taken('a minimal interval that is huge', { interval: 60, 'min interval': Number.MAX_SAFE_INTEGER }, waits(3600)),
  taken('a negative minimal interval', { interval: 60, 'min interval': -1 }, waits(60)),
  taken('counts that are negative', { complete: -1, incomplete: -99, downloaded: -5 }, ({ seeds, peers }) => seeds === null && peers === null),
  taken('counts that are text', { complete: 'many', incomplete: [] }, ({ seeds, peers }) => seeds === null && peers === null),
  taken('a warning of half a megabyte', { 'warning message': 'x'.repeat(megabyte / 2) }, ({ message }) => message.length <= 300),
  taken('a warning that turns a terminal around', { 'warning message': '\u001b[2J\u202ecare\r\n\u0000' }, ({ message }) => /^[\x20-\x7e]+$/.test(message)),
  taken('an id of half a megabyte', { 'tracker id': Buffer.alloc(megabyte / 2, 'x') }, always),
  taken('an address of ours that is none', { 'external ip': 'abcde' }, always),
  taken('peers that are an integer', { peers: 5 }, always),
  taken('peers that are text of another length', { peers: 'aaaaa', peers6: 'a'.repeat(17) }, always),
  taken('peers of every wrong type', { peers: [1, 'x', [], {}, { ip: 5, port: 5 }, { ip: '127.0.0.1', port: -1 }, { ip: '127.0.0.1', port: 99_999 }, { ip: 'x'.repeat(1000), port: 1 }] }, always),
  taken('peers named by hosts', { peers: [{ ip: 'localhost', port: 1 }, { ip: '127.1', port: 1 }, { ip: '0x7f000001', port: 1 }] }, always),
  taken('keys of every object', { constructor: 'x', prototype: [], toString: 5, interval: 90 }, waits(90)),
] // prettier-ignore

/** An answer with so many peers at a port, each with an address of its own below 127.0.0.0/8. */
export function manyPeers(count: number, port: number, isCompact: boolean): Buffer {
  const addresses = Array.from({ length: count }, (_, index) => [127, 1 + (index >> 16), (index >> 8) & 255, index & 255]) // prettier-ignore
  const peers = isCompact
    ? Buffer.concat(addresses.map((address) => Buffer.from([...address, port >> 8, port & 255])))
    : addresses.map((address) => ({ ip: address.join('.'), port }))
  return httpAnswer('200 OK', {}, encodeBencode({ interval: 1800, peers }))
}

function fails(title: string, message: RegExp, answer: RawAnswer, mostSent?: number): TrackerCase {
  return { title, answer, fails: message, ...(mostSent === undefined ? {} : { mostSent }) }
}

function hangs(title: string, answer: RawAnswer): TrackerCase {
  return { ...fails(title, /timed out$/, answer), isSlow: true }
}

function refuses(title: string, body: EncodableDictionary, message: RegExp): TrackerCase {
  return fails(title, message, (socket) => socket.end(httpAnswer('200 OK', {}, encodeBencode(body))))
}

function taken(title: string, body: EncodableDictionary, holds: TrackerCase['holds']): TrackerCase {
  const bytes = httpAnswer('200 OK', {}, encodeBencode(body))
  return { title, answer: (socket) => socket.end(bytes), ...(holds ? { holds } : {}) }
}

/** The next announce comes so many seconds after the last. */
function waits(seconds: number): TrackerCase['holds'] {
  return ({ last_announce_at: last, next_announce_at: next }) =>
    last !== null && next !== null && Math.abs(next - last - seconds * 1000) < 1000
}

function always(): boolean {
  return true
}

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'y']))
}
