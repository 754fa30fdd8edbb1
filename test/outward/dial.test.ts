import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal, outsidePolicy } from './fetching.ts'
import { closeOrigins, listen, startOrigin, type Origin } from './origin.ts'
import { selfSigned } from './self-signed.ts'
import { closeStubDns, startStubDns, type StubDns } from './stub-dns.ts'

const test = suite('main/outward/dial')
const certificate = selfSigned('secure.example')
const trusted = getCACertificates('default')

let dns: StubDns
let origin: Origin
let serverNames: (string | false | null)[]
let answer: string

test.before.each(async () => {
  dns = await startStubDns((_, type) => (type === 'A' ? ['127.0.0.2'] : []))
  serverNames = []
  answer = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure'
  const server = createServer(certificate, (socket: TLSSocket) => {
    serverNames.push(socket.servername)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end(answer))
  })
  server.on('tlsClientError', () => undefined)
  origin = await listen(server, '127.0.0.2', 0)
})

test.after.each(async () => {
  setDefaultCACertificates(trusted)
  closeStubDns()
  await closeOrigins()
})

test('TLS names the host of the URL and checks the certificate against it', async () => {
  setDefaultCACertificates([certificate.cert])
  const options = { nameservers: [dns.nameserver] }
  const fetched = await fetchLocal(`https://secure.example:${origin.port}/`, options)
  assert.is(Buffer.from(fetched.body).toString(), 'secure')
  assert.is((await fetchLocal(`https://SECURE.example.:${origin.port}/`, options)).status, 200)
  assert.equal(serverNames, ['secure.example', 'secure.example'])
})

test('a certificate for another name, or for a name where an address was asked for, is refused', async () => {
  setDefaultCACertificates([certificate.cert])
  const options = { nameservers: [dns.nameserver] }
  await failedFetch(`https://other.example:${origin.port}/`, options, 'fetch_failed', /could not be reached$/)
  await failedFetch(`https://127.0.0.2:${origin.port}/`, options, 'fetch_failed', /could not be reached$/)
})

test('a certificate that nobody vouches for is refused', async () => {
  const options = { nameservers: [dns.nameserver] }
  await failedFetch(
    `https://secure.example:${origin.port}/`,
    options,
    'fetch_failed',
    /could not be reached$/,
  )
})

test('a redirect from https down to http is followed, but not to a refused address', async () => {
  setDefaultCACertificates([certificate.cert])
  const plain = await startOrigin((_, response) => response.end('plain'))
  answer = `HTTP/1.1 302 Found\r\nlocation: ${plain.url}\r\ncontent-length: 0\r\n\r\n`
  const url = `https://secure.example:${origin.port}/`
  const options = { nameservers: [dns.nameserver] }
  assert.is(Buffer.from((await fetchLocal(url, options)).body).toString(), 'plain')
  await failedFetch(url, { ...options, policy: outsidePolicy }, 'address_not_allowed', /^secure\.example/)
  assert.is(plain.connections, 1)
})

test('a handshake that never ends is given up after the time to connect', async () => {
  const silent = await startOrigin(() => undefined, '127.0.0.2')
  const url = `https://127.0.0.2:${silent.port}/`
  await failedFetch(url, { connectTimeoutMs: 100 }, 'fetch_failed', /could not be reached$/)
})

test.run()
