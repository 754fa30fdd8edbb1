/** No way to write or to resolve a loopback address reaches a server there, neither directly nor by redirect. */
import * as assert from 'uvu/assert'
import { createAddressPolicy } from '../../src/protocol/address-policy.ts'
import { suite } from '../support/suite.ts'
import { failedFetch, fetchLocal, outsidePolicy } from './fetching.ts'
import { closeOrigins, startOrigin, startTcp, type Origin } from './origin.ts'
import { closeStubDns, startStubDns, type StubDns } from './stub-dns.ts'

const test = suite('main/outward/guarded-fetch of refused addresses')

const spellings = `
  127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 0177.0.0.1 0177.1 0x7f.0.0.1 0x7f.1 2130706433 0x7f000001
  017700000001 0X7F.0X0.0X0.0X1 0 0.0.0.0 0x0 %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 localhost LOCALHOST
  localhost. a.localhost ｌｏｃａｌｈｏｓｔ [::1] [0:0:0:0:0:0:0:1] [::] [::127.0.0.1] [::ffff:127.0.0.1]
  [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::]
`
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
const hosts = [...spellings.trim().split(/\s+/), ...Object.keys(answers)]

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
