/** What hostile web seeds answer to a request for a range, and what becomes of them. */
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { WebSeedView } from '../../src/protocol/web-seed.ts'
import type { AskedRange } from '../support/web-server.ts'
import { chunk, drip, httpAnswer, redirect, writeForEver, type RawHttp } from './raw-http.ts'

/** A request: `content` is the true one of the file, of which `start` to `end` are asked for. */
export interface Asked extends AskedRange {
  readonly content: Buffer
  readonly socket: Socket
  readonly server: RawHttp
}

export interface WebSeedCase {
  readonly title: string
  readonly answer: (asked: Asked) => unknown
  /** Where it stays `active` it is still waited for while peers bring what it was asked for. */
  readonly becomes: WebSeedView['state']
  readonly message: RegExp
  /** What it may write at most before nobody listens. */
  readonly mostSent?: number
}

const megabyte = 1024 * 1024
const unreadable = /^broke the connection$/
const another = /^sends another range than was asked for$/
const otherLength = /^has a file of another length/

export const webSeedCases: readonly WebSeedCase[] = [
  over('the end of the connection', unreadable, ({ socket }) => socket.end()),
  over('a reset', unreadable, ({ socket }) => socket.resetAndDestroy()),
  over('garbage', unreadable, ({ socket }) => socket.end(Buffer.alloc(5000, 0xee))),
  over('a body without a header', unreadable, ({ socket, content }) => socket.end(content)),
  over('100,000 headers', unreadable, (asked) => sends(asked, Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`X-${index}`, 'y'])))),
  over('a header that never ends', unreadable, ({ socket }) => {
    socket.write('HTTP/1.1 206 Partial Content\r\n')
    writeForEver(socket, Buffer.from('X-Header: value\r\n'.repeat(1000)))
  }, 8 * megabyte),
  over('a negative length', unreadable, (asked) => sends(asked, { 'Content-Length': -1 })),
  over('two lengths', unreadable, (asked) => sends(asked, { 'Content-length': 5 })),
  over('a length and chunks', unreadable, (asked) => sends(asked, { 'Transfer-Encoding': 'chunked' })),
  over('a chunk of 2^64 bytes', unreadable, (asked) => inChunks(asked, 'ffffffffffffffffff\r\nx')),
  over('half of the range and the end', /^sent less than was asked for$|^broke the connection$/, (asked) => asked.socket.end(whole(asked).subarray(0, -5000))),
  over('less than asked for in chunks', /^sent less than was asked for$/, (asked) => inChunks(asked, '5\r\nhello\r\n0\r\n\r\n')),
  over('the status 500', /^answered 500$/, ({ socket }) => socket.end(httpAnswer('500 Bad', {}))),
  over('a Retry-After of years', /^answered 503$/, ({ socket }) => socket.end(httpAnswer('503 Later', { 'Retry-After': '999999999' }))),
  over('a Retry-After in the past', /^answered 503$/, ({ socket }) => socket.end(httpAnswer('503 Later', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' }))),
  gone('the status 403', /^answered 403$/, ({ socket }) => socket.end(httpAnswer('403 No', {}))),
  gone('the status 404', /^answered 404/, ({ socket }) => socket.end(httpAnswer('404 No', {}))),
  gone('the status 416', otherLength, ({ socket }) => socket.end(httpAnswer('416 No', {}))),
  gone('the whole file with 200', /^does not serve ranges$/, ({ socket, content }) => socket.end(httpAnswer('200 OK', {}, content))),
  gone('204 and nothing', /^answered 204$/, ({ socket }) => socket.end('HTTP/1.1 204 No Content\r\n\r\n')),
  gone('206 without a range', /^does not say which range/, (asked) => sends(asked, { 'Content-Range': 'none' })),
  gone('a range that begins a byte later', another, (asked) => sends(asked, range(asked, 1, 1))),
  gone('a range that ends a byte earlier', another, (asked) => sends(asked, range(asked, 0, -1))),
  gone('a range that begins before the file', /^does not say which range/, (asked) => sends(asked, { 'Content-Range': `bytes -5-${asked.end}/${asked.content.length}` })),
  gone('a range of a longer file', otherLength, (asked) => sends(asked, { 'Content-Range': `bytes ${asked.start}-${asked.end - 1}/${asked.content.length + 1}` })),
  gone('a range of a file of 2^64 bytes', /^does not say which range|^has a file of another length/, (asked) => sends(asked, { 'Content-Range': `bytes ${asked.start}-${asked.end - 1}/18446744073709551616` })),
  gone('a length that is not that of the range', otherLength, (asked) => sends(asked, { 'Content-Length': asked.end - asked.start + 1 })),
  gone('bytes without end after the range', /^sends more than was asked for$/, (asked) => {
    asked.socket.write(head(asked))
    asked.socket.write(wanted(asked))
    writeForEver(asked.socket, Buffer.alloc(64 * 1024))
  }, 16 * megabyte),
  gone('chunks without end', /^sends more than was asked for$/, (asked) => {
    asked.socket.write(`${head(asked).slice(0, -2)}Transfer-Encoding: chunked\r\n\r\n`)
    asked.socket.write(chunk(wanted(asked)))
    writeForEver(asked.socket, chunk(Buffer.alloc(65_536)))
  }, 16 * megabyte),
  over('chunks of one byte', /too many small chunks$/, (asked) => {
    asked.socket.write(`${head(asked).slice(0, -2)}Transfer-Encoding: chunked\r\n\r\n`)
    asked.socket.end(Buffer.concat(Array.from(wanted(asked), (byte) => chunk(Buffer.from([byte])))))
  }),
  gone('gzip', /^sends gzip where bytes were asked for$/, (asked) => sends(asked, { 'Content-Encoding': 'gzip', 'Content-Length': 100 }, gzipSync(asked.content))),
  gone('a gzip bomb', /^sends gzip where bytes were asked for$/, (asked) => sends(asked, { 'Content-Encoding': 'gzip', 'Content-Length': 9000 }, gzipSync(Buffer.alloc(8 * megabyte)))),
  gone('wrong bytes', /^sent a piece whose hash does not fit$/, (asked) => asked.socket.end(Buffer.concat([Buffer.from(head(asked, { 'Content-Length': asked.end - asked.start })), Buffer.alloc(asked.end - asked.start, 0x55)]))),
  gone('one wrong bit', /^sent a piece whose hash does not fit$/, (asked) => {
    const bytes = Buffer.from(wanted(asked))
    bytes[0] = (bytes[0] ?? 0) ^ 1
    asked.socket.end(Buffer.concat([Buffer.from(head(asked, { 'Content-Length': bytes.length })), bytes]))
  }),
  gone('a redirect to itself', /^redirects too often$/, ({ socket, path }) => socket.end(redirect(`/${path}`))),
  gone('redirects that never end, each to another URL', /^redirects too often$/, ({ socket, path }) => socket.end(redirect(`/${path}x`))),
  gone('a redirect to a file', /^redirects to a URL that is not allowed$/, ({ socket }) => socket.end(redirect('file:///etc/passwd'))),
  gone('a redirect with credentials', /^redirects to a URL that is not allowed$/, ({ socket, server }) => socket.end(redirect(server.url.replace('://', '://a:b@')))),
  gone('a redirect to an address that may not be dialled', /./, ({ socket }) => socket.end(redirect('http://169.254.169.254/latest/'))),
  waits('nothing at all', () => undefined),
  waits('a status line that comes byte by byte', ({ socket }) => {
    socket.write('HTTP/1.1 206 ')
    drip(socket)
  }),
  waits('a header that comes byte by byte', ({ socket }) => {
    socket.write('HTTP/1.1 206 Partial Content\r\nX-Slow: ')
    drip(socket)
  }),
  waits('its range byte by byte', (asked) => {
    asked.socket.write(head(asked, { 'Content-Length': asked.end - asked.start }))
    drip(asked.socket)
  }),
  waits('its range without the last byte', (asked) => asked.socket.write(whole(asked).subarray(0, -1))),
] // prettier-ignore

function over(title: string, message: RegExp, answer: WebSeedCase['answer'], mostSent?: number): WebSeedCase {
  return { title, answer, becomes: 'waiting', message, ...(mostSent === undefined ? {} : { mostSent }) }
}

function gone(title: string, message: RegExp, answer: WebSeedCase['answer'], mostSent?: number): WebSeedCase {
  return { ...over(title, message, answer, mostSent), becomes: 'given_up' }
}

function waits(title: string, answer: WebSeedCase['answer']): WebSeedCase {
  return { title, answer, becomes: 'active', message: /^$/ }
}

function range({ start, end, content }: Asked, later: number, longer: number): Record<string, string> {
  return { 'Content-Range': `bytes ${start + later}-${end - 1 + longer}/${content.length}` }
}

/** The header as it should be, with these as well. */
function head(asked: Asked, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries({ ...range(asked, 0, 0), ...headers })
  return `HTTP/1.1 206 Partial Content\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** The true bytes, or others, with these headers beside those that should be there, or in their place. */
function sends(asked: Asked, headers: Record<string, string | number>, body?: Buffer): void {
  const bytes = body ?? wanted(asked)
  asked.socket.end(httpAnswer('206 Partial Content', { ...range(asked, 0, 0), ...headers }, bytes))
}

function whole(asked: Asked): Buffer {
  const bytes = wanted(asked)
  return httpAnswer('206 Partial Content', range(asked, 0, 0), bytes)
}

function wanted({ content, start, end }: Asked): Buffer {
  return content.subarray(start, end)
}

function inChunks(asked: Asked, chunks: string): void {
  asked.socket.end(`${head(asked).slice(0, -2)}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
}
