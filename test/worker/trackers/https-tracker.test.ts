import { createServer, type Server } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import * as assert from 'uvu/assert'
import { guardedFetch } from '../../../src/outward/guarded-fetch.ts'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { closeOrigins, listen } from '../../outward/origin.ts'
import { selfSigned } from '../../outward/self-signed.ts'
import { closeStubDns, startStubDns } from '../../outward/stub-dns.ts'
import { eventually } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'

const test = trackerSuite('worker/session/trackers/https-tracker')
const certificate = selfSigned('tracker.example')
const trusted = getCACertificates('default')

test.after.each(async () => {
  setDefaultCACertificates(trusted)
  closeStubDns()
  await closeOrigins()
})

/** A tracker over HTTPS and what it was told, and a torrent that announces to it. */
async function announce(): Promise<{ events: (string | null)[]; state: () => string | undefined }> {
  const events: (string | null)[] = []
  const server: Server = createServer(certificate, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://tracker.example')
    if (pathname === '/announce') events.push(searchParams.get('event')) // it is scraped, too
    response.setHeader('connection', 'close').end(encodeBencode({ interval: 1800, peers: '' }))
  })
  const { port } = await listen(server, '127.0.0.1', 0)
  const { nameserver } = await startStubDns((_, type) => (type === 'A' ? ['127.0.0.1'] : []))
  const trackers = client({
    fetch: (url, options) => guardedFetch(url, { ...options, nameservers: [nameserver] }),
  })
  const handle = trackers.add(new Subject([`https://tracker.example:${port}/announce`]))
  return { events, state: () => handle.status()[0]?.state }
}

test('a tracker over HTTPS is announced to where its certificate is trusted', async () => {
  setDefaultCACertificates([certificate.cert])
  const { events, state } = await announce()
  await eventually(5000, 'working', () => state() === 'working')
  assert.equal(events, ['started'])
})

test('a tracker whose certificate nobody vouches for is told nothing', async () => {
  const { events, state } = await announce()
  await eventually(5000, 'failed', () => state() === 'failed')
  assert.equal(events, [])
})

test.run()
