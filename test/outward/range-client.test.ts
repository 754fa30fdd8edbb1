import type { RequestListener } from 'node:http'
import * as assert from 'uvu/assert'
import { RangeClient } from '../../src/outward/range-client.ts'
import { failureOf, type RangeFailure } from '../../src/outward/range-failure.ts'
import { suite, within } from '../support/suite.ts'
import { outsidePolicy, loopbackPolicy } from './fetching.ts'
import { closeOrigins, startOrigin, startTcp, type Origin } from './origin.ts'

const test = suite('outward/range-client')
test.after.each(closeOrigins)
const content = Buffer.from('0123456789')
const silenceMs = 200

const serve: RequestListener = (request, response) => {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const body = content.subarray(Number(first), Number(last) + 1)
  response.writeHead(206, {
    'content-range': `bytes ${first}-${last}/10`,
    'content-length': body.length,
    'x-agent': request.headers['user-agent'],
  })
  response.end(body)
}

function clientOf(policy = loopbackPolicy): RangeClient & Disposable {
  const client = new RangeClient({ policy, userAgent: 'test/1', maxConnections: 2, silenceMs })
  return Object.assign(client, { [Symbol.dispose]: () => client.close() })
}

async function read(client: RangeClient, url: string, first: number, length: number): Promise<string> {
  let text = ''
  const onBytes = (bytes: Uint8Array): void => void (text += Buffer.from(bytes).toString())
  const { signal } = new AbortController()
  await within(5000, url, client.read({ url: new URL(url), first, length, fileLength: 10, signal, onBytes }))
  return text
}

/** What a read that must fail says. */
async function failed(url: string, client = clientOf()): Promise<RangeFailure & { message: string }> {
  using used = client
  const error: unknown = await read(used, url, 2, 3).then(
    () => assert.unreachable('it was read'),
    (thrown: unknown) => thrown,
  )
  const failure = failureOf(error)
  if (failure === undefined) throw error
  return { ...failure, message: (error as Error).message }
}

test('ranges one after the other use one connection', async () => {
  const origin = await startOrigin(serve)
  using client = clientOf()
  assert.is(await read(client, origin.url, 0, 4), '0123')
  assert.is(await read(client, `${origin.url}/other`, 4, 6), '456789')
  assert.is(origin.connections, 1)
})

test('a connection that was closed while it was kept is replaced', async () => {
  const answered: (() => void)[] = []
  const origin = await startOrigin((request, response) => {
    serve(request, response)
    answered.push(() => request.socket.destroy())
  })
  using client = clientOf()
  await read(client, origin.url, 0, 4)
  answered[0]?.()
  assert.is(await read(client, origin.url, 1, 2), '12')
  assert.is(origin.connections, 2)
})

test('a redirect is followed with the range and the user agent', async () => {
  let agent: string | undefined
  const mirror = await startOrigin((request, response) => {
    agent = request.headers['user-agent']
    serve(request, response)
  })
  const origin = await startOrigin((_, response) => {
    response.writeHead(302, { location: `${mirror.url}/there` }).end()
  })
  using client = clientOf()
  assert.is(await read(client, origin.url, 2, 3), '234')
  assert.is(agent, 'test/1')
})

test('an address that is not allowed is not dialled, nor one that a redirect leads to', async () => {
  const hidden = await startOrigin(serve)
  assert.equal(await failed(hidden.url, clientOf(outsidePolicy)), {
    fault: 'server',
    retryAfterMs: undefined,
    message: 'points to an address that is not allowed',
  })
  const outside = await startOrigin(
    (_, response) => response.writeHead(307, { location: hidden.url }).end(),
    '127.0.0.2',
  )
  assert.is((await failed(outside.url, clientOf(outsidePolicy))).fault, 'server')
  assert.is(hidden.connections, 0)
})

test('a server that says nothing is not waited for, nor one that drips', async () => {
  const silent = await startTcp(() => undefined)
  assert.match((await failed(urlOf(silent))).message, /silent/)
  const dripping = await startTcp((socket) => {
    socket.write('HTTP/1.1 206 OK\r\ncontent-range: bytes 2-4/10\r\n')
    const timer = setInterval(() => socket.write('x: y\r\n'), 20)
    socket.once('close', () => clearInterval(timer))
  })
  const { fault, message } = await failed(urlOf(dripping))
  assert.is(fault, 'temporary')
  assert.match(message, /silent/)
})

test('what is no HTTP, and a connection that breaks, may pass', async () => {
  const rude = await startTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  assert.is((await failed(urlOf(rude))).fault, 'temporary')
  const short = await startTcp((socket) =>
    socket.end('HTTP/1.1 206 OK\r\ncontent-range: bytes 2-4/10\r\ncontent-length: 3\r\n\r\n2'),
  )
  assert.is((await failed(urlOf(short))).fault, 'temporary')
})

test('an end that cannot be known from a length is the end of the range', async () => {
  const endless = await startOrigin((_, response) => {
    response.writeHead(206, { 'content-range': 'bytes 2-4/10' })
    response.write('234')
  })
  using client = clientOf()
  assert.is(await read(client, endless.url, 2, 3), '234')
})

test('a date says when to try again', async () => {
  const at = new Date(Date.now() + 100_000).toUTCString()
  const origin = await startOrigin((_, response) => response.writeHead(429, { 'retry-after': at }).end())
  const { fault, retryAfterMs = 0 } = await failed(origin.url)
  assert.is(fault, 'temporary')
  assert.ok(retryAfterMs > 90_000 && retryAfterMs <= 100_000, `${retryAfterMs}`)
})

test('a caller ends a read', async () => {
  const origin = await startOrigin(() => undefined)
  using client = clientOf()
  const ending = new AbortController()
  const reading = client.read({
    url: new URL(origin.url),
    first: 0,
    length: 1,
    fileLength: 10,
    signal: ending.signal,
    onBytes: () => undefined,
  })
  const reason = new Error('enough')
  ending.abort(reason)
  await reading.then(
    () => assert.unreachable('it was read'),
    (error: unknown) => assert.is(error, reason),
  )
})

function urlOf({ port }: Origin): string {
  return `http://127.0.0.1:${port}/`
}

test.run()
