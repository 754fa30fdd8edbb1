import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal } from './fetching.ts'
import { closeOrigins, startOrigin, startTcp } from './origin.ts'
import { closeStubDns, startStubDns } from './stub-dns.ts'

const test = suite('main/outward/guarded-fetch')
test.after.each(closeOrigins)
test.after.each(closeStubDns)
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

test('a fetch answers status, headers, body and final URL', async () => {
  const origin = await startOrigin((request, response) => {
    response.setHeader('x-path', request.url ?? '').end('hello')
  })
  const fetched = await fetchLocal(`${origin.url}/a%20b?c=d#e`)
  assert.is(fetched.status, 200)
  assert.is(fetched.headers['x-path'], '/a%20b?c=d')
  assert.is(text(fetched.body), 'hello')
  assert.is(fetched.body.buffer.byteLength, 5)
  assert.is(fetched.url, `${origin.url}/a%20b?c=d#e`)
})

test('the Host header keeps the name while the connection goes to its address', async () => {
  let host: string | undefined
  const origin = await startOrigin((request, response) => {
    host = request.headers.host
    response.end()
  })
  const dns = await startStubDns((_, type) => (type === 'A' ? ['127.0.0.1'] : []))
  await fetchLocal(`http://named.example:${origin.port}/`, { nameservers: [dns.nameserver] })
  assert.is(host, `named.example:${origin.port}`)
})

test('a body is posted with the headers of the caller', async () => {
  let received = ''
  let headers: IncomingHttpHeaders = {}
  const origin = await startOrigin((request, response) => {
    headers = request.headers
    request.on('data', (bytes: Buffer) => (received += bytes.toString()))
    request.on('end', () => response.writeHead(204).end())
  })
  const fetched = await fetchLocal(origin.url, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'X-Event': 'added' },
  })
  assert.is(fetched.status, 204)
  assert.is(fetched.body.length, 0)
  assert.is(received, '{"a":1}')
  assert.is(headers['x-event'], 'added')
  assert.is(headers['content-length'], '7')
  assert.is(headers.cookie, undefined)
})

test('a HEAD request brings headers and no body', async () => {
  const origin = await startOrigin((_, response) => {
    response.writeHead(200, { 'content-length': '5000000', 'content-encoding': 'gzip' }).end()
  })
  const fetched = await fetchLocal(origin.url, { method: 'HEAD' })
  assert.is(fetched.headers['content-length'], '5000000')
  assert.is(fetched.body.length, 0)
})

test('a URL that is not http or https, or holds credentials, is an invalid parameter', async () => {
  const urls = [
    '',
    'x',
    '//a/b',
    'ftp://a/',
    'file:///etc/passwd',
    'data:,x',
    'udp://a:1',
    'http://',
    'http://u@a/',
    'http://:p@a/',
  ]
  for (const url of urls) await failedFetch(url, {}, 'invalid_parameter', /^url must be http or https/)
})

test('headers that are malformed or belong to the connection are invalid parameters', async () => {
  for (const headers of [
    { 'a b': 'c' },
    { a: 'b\r\nc: d' },
    { Host: 'a' },
    { cookie: 'a=b' },
    { 'Content-Length': '1' },
  ]) {
    await failedFetch('http://127.0.0.1:1/', { headers }, 'invalid_parameter', /header/)
  }
})

test('a status other than 2xx is named and nothing of its body is', async () => {
  const origin = await startOrigin((_, response) => response.writeHead(404, 'Secret').end('secret'))
  const error = await failedFetch(origin.url, {}, 'fetch_failed', /^127\.0\.0\.1:\d+: answered 404$/)
  assert.equal(error.details, { status: 404 })
})

test('nobody listening, a silent name server and an unknown name fail with the name of the host', async () => {
  const origin = await startOrigin(() => undefined)
  await origin.close()
  await failedFetch(origin.url, {}, 'fetch_failed', /^127\.0\.0\.1:\d+: could not be reached$/)
  const dns = await startStubDns((name) => (name === 'silent.example' ? undefined : []))
  const options = { nameservers: [dns.nameserver], deadlineMs: 200 }
  await failedFetch('http://silent.example/', options, 'fetch_failed', /^silent\.example: timed out$/)
  await failedFetch(
    'http://unknown.example/',
    options,
    'fetch_failed',
    /^unknown\.example: could not be reached$/,
  )
})

test('the next address is tried when the first refuses', async () => {
  const origin = await startOrigin((_, response) => response.end('second'), '127.0.0.2')
  const dns = await startStubDns((_, type) => (type === 'A' ? ['127.0.0.3', '127.0.0.2'] : []))
  const fetched = await fetchLocal(`http://two.example:${origin.port}/`, { nameservers: [dns.nameserver] })
  assert.is(text(fetched.body), 'second')
})

test('the deadline ends headers that never come, come byte by byte, and bodies that never end', async () => {
  const drip = (response: ServerResponse): void => {
    const timer = setInterval(() => response.write('x'), 10)
    response.on('close', () => clearInterval(timer))
  }
  const silent = await startTcp(() => undefined)
  const slowHeaders = await startTcp((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
    const timer = setInterval(() => socket.write('x'), 10)
    socket.on('close', () => clearInterval(timer))
  })
  const slowBody = await startOrigin((_, response) => drip(response))
  const stalledBody = await startOrigin(
    (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('x'),
  )
  for (const origin of [silent, slowHeaders, slowBody, stalledBody]) {
    await failedFetch(origin.url, { deadlineMs: 200 }, 'fetch_failed', /^127\.0\.0\.1:\d+: timed out$/)
  }
})

test('the deadline spans redirects', async () => {
  const origin = await startOrigin((request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/silent' }).end()
  })
  await failedFetch(origin.url, { deadlineMs: 200 }, 'fetch_failed', /timed out$/)
})

test('answers that are not HTTP, break off, switch protocols or never stop their headers fail', async () => {
  const answers = [
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(20_000)}\r\n`,
    'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100),
    '',
  ]
  for (const answer of answers) {
    const origin = await startTcp((socket) => void socket.end(answer))
    await failedFetch(
      origin.url,
      {},
      'fetch_failed',
      /^127\.0\.0\.1:\d+: sent an answer that could not be read$/,
    )
  }
})

test.run()
