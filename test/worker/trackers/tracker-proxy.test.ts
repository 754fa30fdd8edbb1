/** Trackers that are asked by way of real proxies; the names of trackers are known to nobody else. */
import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import * as assert from 'uvu/assert'
import { guardedFetch } from '../../../src/outward/guarded-fetch.ts'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import type { TrackerView } from '../../../src/protocol/tracker.ts'
import type { TrackerClient } from '../../../src/worker/session/trackers/tracker-client.ts'
import { closeOrigins, listen } from '../../outward/origin.ts'
import { selfSigned } from '../../outward/self-signed.ts'
import { closeStubDns, startStubDns, type StubDns } from '../../outward/stub-dns.ts'
import { startHttpProxy, startSocksProxy, stopProxies } from '../../support/proxies.ts'
import { RecordingHttpTracker, RecordingUdpTracker } from '../../support/recording-tracker.ts'
import { eventually } from '../../support/suite.ts'
import { client, Subject, trackerSuite } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const test = trackerSuite('worker/session/trackers/tracker-proxy')
const trusted = getCACertificates('default')
const nowhere = { allows: () => false }
const kinds = [
  ['http', startHttpProxy],
  ['socks5', startSocksProxy],
] as const

let dns: StubDns
let clock: ManualClock

test.before.each(async () => {
  clock = new ManualClock()
  dns = await startStubDns(() => ['127.0.0.1'])
})

test.after.each(async () => {
  setDefaultCACertificates(trusted)
  closeStubDns()
  await closeOrigins()
  await stopProxies()
})

/** A client that asks the test's name server, if any. */
function asking(options: Parameters<typeof client>[0]): TrackerClient {
  return client({
    clock,
    fetch: (url, limits) => guardedFetch(url, { ...limits, nameservers: [dns.nameserver] }),
    resolve: (hostname) => Promise.reject(new Error(`${hostname} was asked for`)),
    ...options,
  })
}

function named(url: string, name = 'tracker.example'): string {
  return url.replace('127.0.0.1', name)
}

/** How a torrent's tracker is seen once it is in this state. */
function tracking(trackers: TrackerClient, url: string): (state: string) => Promise<TrackerView> {
  const handle = trackers.add(new Subject([url]))
  return (state) =>
    eventually(5000, `${url} ${state}`, () => handle.status().find((one) => one.state === state))
}

for (const [kind, start] of kinds) {
  test(`${kind}: announces, scrapes and redirects go through the proxy, which alone resolves names`, async () => {
    const [proxy, first, tracker, udp] = await Promise.all([
      start(),
      RecordingHttpTracker.start(),
      RecordingHttpTracker.start(),
      RecordingUdpTracker.start(),
    ])
    const location = named(tracker.url, 'next.example')
    first.answer = () => (response) => response.writeHead(302, { location }).end()
    const trackers = asking({ proxy: `${kind}://${proxy.address}` })
    await tracking(trackers, named(first.url))('working')
    await eventually(5000, 'the scrape', () => first.scrapes.length === 1)
    await tracking(trackers, tracker.url)('working')
    await eventually(5000, 'its scrape', () => tracker.scrapes.length === 1)
    for (const url of [udp.url, named(udp.url)]) {
      const { message } = await tracking(trackers, url)('failed')
      assert.is(message, 'udp trackers are not asked while a tracker_proxy is set')
    }
    const hostOf = (url: string): string => new URL(url).host
    assert.equal(proxy.targets, [
      hostOf(named(first.url)),
      hostOf(location),
      hostOf(named(first.url)),
      hostOf(tracker.url),
      hostOf(tracker.url),
    ])
    assert.equal([first.announces.length, tracker.announces.length], [1, 2])
    assert.equal([udp.datagrams, dns.questions], [0, []])
    await eventually(5000, 'its connections to end', () => proxy.open === 0)
  })

  test(`${kind}: TLS is spoken with the tracker, and its certificate is checked`, async () => {
    const certificate = selfSigned('tracker.example')
    let asked = 0
    const server = createServer(certificate, (_, response) => {
      asked += 1
      response.setHeader('connection', 'close').end(encodeBencode({ interval: 1800, peers: '' }))
    })
    const { port } = await listen(server, '127.0.0.1', 0)
    const proxy = await start()
    const trackers = asking({ proxy: `${kind}://${proxy.address}` })
    const url = `https://tracker.example:${port}/announce`
    const { message } = await tracking(trackers, url)('failed')
    assert.is(message, `tracker.example:${port}: could not be reached through the proxy`)
    assert.is(asked, 0)
    setDefaultCACertificates([certificate.cert])
    await tracking(trackers, url)('working')
    await eventually(5000, 'its connections to end', () => proxy.open === 0)
  })

  test(`${kind}: a proxy that is gone, or has an address that is refused, is what has failed`, async () => {
    const tracker = await RecordingHttpTracker.start()
    const proxy = await start()
    const url = `${kind}://${proxy.address}`
    const refused = asking({ proxy: url, proxyPolicy: nowhere })
    assert.match(
      (await tracking(refused, tracker.url)('failed')).message,
      /: the proxy points to an address that is not allowed$/,
    )
    const literal = asking({ proxy: url, policy: nowhere })
    for (const local of [tracker.url, named(tracker.url, 'localhost')])
      assert.match((await tracking(literal, local)('failed')).message, /: points to an address that is not/)
    assert.is(proxy.connections, 0)
    await proxy.stop()
    const trackers = asking({ proxy: url })
    const shown = tracking(trackers, tracker.url)
    assert.match((await shown('failed')).message, /: the proxy could not be reached$/)
    assert.is(tracker.announces.length, 0)

    const other = await start()
    trackers.askThrough(`${kind}://${other.address}`)
    clock.advance(60_000)
    await shown('working')
    assert.equal([tracker.announces.length, other.connections > 0], [1, true])
  })
}

test('a change ends what is under way by another way', async () => {
  const [tracker, udp, proxy] = await Promise.all([
    RecordingHttpTracker.start(),
    RecordingUdpTracker.start(),
    startSocksProxy(),
  ])
  tracker.answer = () => () => undefined
  udp.answer = () => undefined
  const trackers = asking({ resolve: () => Promise.resolve(['127.0.0.1']) })
  const [shown, shownUdp] = [tracking(trackers, tracker.url), tracking(trackers, udp.url)]
  await eventually(5000, 'both', () => tracker.announces.length + udp.announces.length === 2)
  trackers.askThrough(`socks5://${proxy.address}`)
  assert.is((await shown('failed')).message, 'the proxy was changed')
  assert.match((await shownUdp('failed')).message, /^udp trackers are not asked/)
  tracker.answer = () => ({ interval: 1800, peers: '' })
  const { datagrams } = udp
  clock.advance(60_000)
  await shown('working')
  assert.equal([tracker.announces.length, udp.datagrams], [2, datagrams])
  assert.ok(proxy.targets.length >= 1)

  trackers.askThrough('')
  udp.answer = (reply) => reply.send(reply.action, reply.transactionId, new Uint8Array(12))
  clock.advance(60_000)
  await shownUdp('working')
})

test('credentials are told where they are asked for; a refusal of the proxy is shown', async () => {
  const tracker = await RecordingHttpTracker.start()
  const guarded = await startSocksProxy('näme:a@b:c')
  const secret = (password: string): string => `socks5://n%C3%A4me:${password}@${guarded.address}`
  await tracking(asking({ proxy: secret('a%40b%3Ac') }), tracker.url)('working')
  assert.ok(guarded.targets.length >= 1)
  const open = await startSocksProxy()
  const strict = await startHttpProxy(403)
  for (const [proxy, message] of [
    [secret('other'), 'the proxy refused the credentials'],
    [`socks5://${guarded.address}`, 'the proxy asks for credentials'],
    [`socks5://name:word@${open.address}`, 'the proxy takes no credentials'],
    [`http://${strict.address}`, 'the proxy answered 403'],
    [`socks5://${strict.address}`, 'the proxy is no SOCKS5 proxy'],
    ['what', 'the proxy cannot be read'],
  ] as const) {
    const failed = await tracking(asking({ proxy }), tracker.url)('failed')
    assert.is(failed.message, `${new URL(tracker.url).host}: ${message}`)
  }
  assert.is(tracker.announces.length, 1)
})

test.run()
