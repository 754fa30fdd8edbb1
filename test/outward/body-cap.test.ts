import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal } from './fetching.ts'
import { closeOrigins, startOrigin, startTcp } from './origin.ts'

const test = suite('main/outward/body-cap')
test.after.each(closeOrigins)
const maxBytes = 100_000
const tooLarge = /^127\.0\.0\.1:\d+: body larger than 100000 bytes$/
const unreadable = /sent an answer that could not be read$/

function encoded(encoding: string, body: Uint8Array): RequestListener {
  return (_, response) => response.setHeader('content-encoding', encoding).end(body)
}

/** Writes `bytes` for ever; `onClosed` gets how many were taken. */
function endless(
  encoding: string,
  first: Uint8Array,
  bytes: Uint8Array,
  onClosed: (sent: number) => void,
): RequestListener {
  return (_, response) => {
    response.setHeader('content-encoding', encoding)
    let sent = 0
    const more = (): void => {
      if (response.destroyed) return
      sent += bytes.length
      response.write(bytes, more)
    }
    response.write(first, more)
    response.on('close', () => onClosed(sent))
  }
}

test('gzip, deflate and brotli bodies are decompressed', async () => {
  const plain = Buffer.concat([randomBytes(50_000), Buffer.alloc(50_000)])
  for (const [encoding, body] of [
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['identity', plain],
  ] as const) {
    const origin = await startOrigin(encoded(encoding, body))
    assert.ok(plain.equals((await fetchLocal(origin.url)).body), encoding)
  }
})

test('a body of exactly the cap is read, one byte more is not', async () => {
  for (const chunked of [false, true]) {
    const origin = await startOrigin((request, response) => {
      if (chunked) response.flushHeaders()
      response.end(Buffer.alloc(Number(request.url?.slice(1))))
    })
    assert.is((await fetchLocal(`${origin.url}/${maxBytes}`)).body.length, maxBytes)
    await failedFetch(`${origin.url}/${maxBytes + 1}`, {}, 'fetch_failed', tooLarge)
  }
})

test('a bomb in any encoding is stopped at the cap', async () => {
  const zeros = Buffer.alloc(16 * 1024 * 1024)
  for (const [encoding, body] of [
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros)],
  ] as const) {
    const origin = await startOrigin(encoded(encoding, body))
    await failedFetch(origin.url, {}, 'fetch_failed', tooLarge)
  }
})

test('a body without end is cut at the cap, also when it decompresses to nothing', async () => {
  const block = Buffer.alloc(64 * 1024, 1)
  const nothing = gzipSync('')
  for (const [encoding, first, bytes] of [
    ['identity', block, block],
    ['gzip', nothing, Buffer.concat(Array<Buffer>(1000).fill(nothing))],
    ['gzip', nothing, Buffer.alloc(64 * 1024)],
  ] as const) {
    const taken = Promise.withResolvers<number>()
    const origin = await startOrigin(endless(encoding, first, bytes, taken.resolve))
    await failedFetch(origin.url, { deadlineMs: 5000 }, 'fetch_failed', tooLarge)
    assert.ok((await taken.promise) < 64 * 1024 * 1024)
  }
})

test('broken, cut and unknown encodings fail', async () => {
  const plain = gzipSync(randomBytes(1000))
  for (const [encoding, body, message] of [
    ['gzip', Buffer.from('not gzip'), unreadable],
    ['gzip', plain.subarray(0, 500), unreadable],
    ['gzip', Buffer.concat([plain, Buffer.alloc(1000, 1)]), unreadable],
    ['br', plain, unreadable],
    ['gzip, gzip', gzipSync(plain), /body in an unknown encoding$/],
    ['zstd', plain, /body in an unknown encoding$/],
  ] as const) {
    const origin = await startOrigin(encoded(encoding, body))
    await failedFetch(origin.url, {}, 'fetch_failed', message)
  }
})

test('a small body in chunks of one byte arrives whole, a large one fails', async () => {
  let size = 10_000
  const origin = await startTcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    socket.write(`${'1\r\nx\r\n'.repeat(size)}0\r\n\r\n`)
  })
  assert.is((await fetchLocal(origin.url)).body.length, size)
  size = maxBytes
  await failedFetch(origin.url, {}, 'fetch_failed', /body in too many small chunks$/)
})

test.run()
