/** No way to write or to resolve a loopback address reaches a server there, neither directly nor by redirect. */
import * as assert from 'uvu/assert'
import { connectThrough } from '../../src/outward/connect-through.ts'
import { createAddressPolicy } from '../../src/protocol/address-policy.ts'
import type { RestTorrentError } from '../../src/protocol/errors.ts'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal, loopbackPolicy, outsidePolicy } from './fetching.ts'
import { loopbackSpellings } from './loopback-spellings.ts'
import { closeOrigins, startOrigin, startTcp, type Origin } from './origin.ts'
import { closeStubDns, startStubDns, type StubDns } from './stub-dns.ts'

const test = suite('main/outward/guarded-fetch of refused addresses')

const answers: Record<string, readonly string[]> = {
  'a.example': ['127.0.0.1'],
  'zero.example': ['0.0.0.0'],
  'aaaa.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'nat64.example': ['64:ff9b::7f00:1'],
  'last.example': ['192.0.2.1', '127.0.0.1'],
  'good-first.example': ['127.0.0.2', '127.0.0.1'],
  'good-last.example': ['127.0.0.1', '127.0.0.2'],
  'good-a-bad-aaaa.example': ['127.0.0.2', '::1'],
  'bad-a-good-aaaa.example': ['127.0.0.1', '2606:4700:4700::1111'],
  'public-first.example': ['8.8.8.8', '127.0.0.1'],
}
const hosts = [...loopbackSpellings, ...Object.keys(answers)]

let canary: Origin
let outside: Origin
let dns: StubDns
let redirectTo: string

test.before.each(async () => {
  canary = await startTcp((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\ncanary'), '0.0.0.0')
  outside = await startOrigin(
    (_, response) => response.writeHead(302, { location: redirectTo }).end(),
    '127.0.0.9',
  )
  dns = await startStubDns((name, type) =>
    (answers[name] ?? []).filter((address) => address.includes(':') === (type === 'AAAA')),
  )
})

test.after.each(async () => {
  closeStubDns()
  await closeOrigins()
})

test('the canary is there to be reached', async () => {
  assert.is((await fetchLocal(`http://127.0.0.1:${canary.port}/`)).status, 200)
  assert.is(canary.connections, 1)
})

test('a direct URL of each way to loopback is refused before anything is dialled', async () => {
  for (const policy of [createAddressPolicy([]), outsidePolicy]) {
    for (const host of hosts) {
      const url = `http://${host}:${canary.port}/`
      const options = { policy, nameservers: [dns.nameserver] }
      const error = await failedFetch(
        url,
        options,
        'address_not_allowed',
        /: points to an address that is not allowed$/,
      )
      if (host.endsWith('.example')) assert.match(error.message, new RegExp(`^${host}:\\d+: points`))
    }
  }
  assert.is(canary.connections, 0)
})

test('a redirect to each way to loopback is refused and the target is not named', async () => {
  const policy = createAddressPolicy(['127.0.0.9/32'])
  for (const host of hosts) {
    redirectTo = `http://${host.replace(/[^ -~]+/g, encodeURIComponent)}:${canary.port}/`
    const options = { policy, nameservers: [dns.nameserver] }
    await failedFetch(outside.url, options, 'address_not_allowed', /^127\.0\.0\.9:\d+: points to an address/)
  }
  assert.is(outside.connections, hosts.length)
  assert.is(canary.connections, 0)
})

test('a proxy of either kind at each way to loopback is refused before anything is dialled', async () => {
  const policy = createAddressPolicy([])
  for (const host of hosts)
    for (const scheme of ['http', 'socks5']) {
      const proxy = `${scheme}://${host}:${canary.port}`
      const { signal } = new AbortController()
      const options = { policy: loopbackPolicy, nameservers: [dns.nameserver], signal }
      const url = new URL('http://127.0.0.9/')
      await connectThrough({ proxy, policy }, url, options).then(
        () => assert.unreachable(proxy),
        (error: unknown) => assert.is((error as RestTorrentError).code, 'address_not_allowed', proxy),
      )
    }
  assert.is(canary.connections, 0)
})

test('schemes and ports do not matter', async () => {
  const policy = createAddressPolicy([])
  for (const url of [
    'https://127.0.0.1/',
    'http://127.0.0.1/',
    `https://[::1]:${canary.port}/`,
    `HTTP:127.1:${canary.port}`,
  ]) {
    await failedFetch(url, { policy }, 'address_not_allowed', /not allowed$/)
  }
  assert.is(canary.connections, 0)
})

test('a name that changes its address is asked for once and its first answer is what is dialled', async () => {
  const rebinding = await startStubDns((_, type, nth) => {
    if (type === 'AAAA') return []
    return nth === 0 ? ['127.0.0.9'] : ['127.0.0.1']
  })
  const policy = createAddressPolicy(['127.0.0.9/32'])
  redirectTo = '/again'
  const url = `http://rebinding.example:${outside.port}/`
  const options = { policy, nameservers: [rebinding.nameserver] }
  const onLoopback = await startTcp(() => undefined, '127.0.0.1', outside.port)
  await failedFetch(url, options, 'address_not_allowed', /^rebinding\.example:\d+: points to an address/)
  assert.is(outside.connections, 1)
  assert.is(onLoopback.connections, 0)
  assert.equal(rebinding.questions.toSorted(), [
    'rebinding.example A',
    'rebinding.example A',
    'rebinding.example AAAA',
    'rebinding.example AAAA',
  ])
})

test.run()
