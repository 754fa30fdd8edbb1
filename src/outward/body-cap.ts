/** Reads an answer's body into memory with a cap that holds before and after decompression. */
import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { RestTorrentError } from '../protocol/errors.ts'

const firstCapacity = 64 * 1024
// Headers, the TLS handshake, and what is read ahead of the body that has been taken.
const framingAllowance = 256 * 1024
const maxWirePerBody = 1.25

/**
 * The decompressed body in a buffer of its own. Rejects with `fetch_failed` when it is larger than
 * `maxBytes` compressed or decompressed, mostly framing, or in an encoding that is not known.
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const decoder = decoderOf(response.headers['content-encoding'])
  if (decoder === undefined) return await collect(dense(response), maxBytes)
  const source = capped(dense(response), maxBytes)
  const first = await source.next()
  // Nothing at all is an empty body, though it is not what a decoder takes for one (HEAD, 204).
  if (first.done === true) return new Uint8Array()
  return await pipeline(prepended(first.value, source), decoder, (plain: AsyncIterable<Uint8Array>) =>
    collect(plain, maxBytes),
  )
}

function decoderOf(encoding = 'identity'): Transform | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
    case '':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new RestTorrentError('fetch_failed', 'body in an unknown encoding')
  }
}

/**
 * The bytes of a body as they come; throws `fetch_failed` when it is mostly framing: parsing chunks of one
 * byte costs the event loop a thousand times what their bytes cost.
 */
export async function* dense(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  const before = response.socket.bytesRead
  let size = 0
  for await (const bytes of response as AsyncIterable<Uint8Array>) {
    size += bytes.length
    if (response.socket.bytesRead - before > framingAllowance + size * maxWirePerBody) {
      throw new RestTorrentError('fetch_failed', 'body in too many small chunks')
    }
    yield bytes
  }
}

async function* capped(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const bytes of source) {
    size += bytes.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    yield bytes
  }
}

async function* prepended(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

// One growing buffer, not a list: a body sent byte by byte would cost a hundred times its size.
async function collect(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  let body = new Uint8Array(Math.min(firstCapacity, maxBytes))
  let size = 0
  for await (const bytes of capped(source, maxBytes)) {
    const needed = size + bytes.length
    if (needed > body.length) {
      const grown = new Uint8Array(Math.min(maxBytes, Math.max(needed, body.length * 2)))
      grown.set(body.subarray(0, size))
      body = grown
    }
    body.set(bytes, size)
    size = needed
  }
  return body.slice(0, size)
}

function tooLarge(maxBytes: number): RestTorrentError {
  return new RestTorrentError('fetch_failed', `body larger than ${maxBytes} bytes`)
}
