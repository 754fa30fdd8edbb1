import * as assert from 'uvu/assert'
import { localNetworks } from '../../../src/main/lsd/local-networks.ts'
import { RateLimit } from '../../../src/main/lsd/rate-limit.ts'
import { Recent } from '../../../src/main/lsd/recent.ts'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { suite } from '../../support/suite.ts'

const test = suite('main/lsd/bounds')
const startedAt = 1_700_000_000_000

test('a source and all sources together have a limit for each second', () => {
  const limit = new RateLimit(3, 2)
  const taken = (now: number) => ['a', 'a', 'a', 'b', 'b', 'c'].map((source) => limit.takes(source, now))
  assert.equal(taken(startedAt), [true, true, false, true, false, false])
  assert.equal(taken(startedAt + 999).includes(true), false)
  assert.equal(taken(startedAt + 1000), [true, true, false, true, false, false])
})

test('a clock that is set back does not close a limit', () => {
  const limit = new RateLimit(1, 1)
  assert.ok(limit.takes('a', startedAt))
  assert.ok(limit.takes('a', startedAt - 3_600_000))
})

test('things are remembered for a time, and the newest only where there are too many', () => {
  const recent = new Recent(1000, 2)
  recent.note('a', startedAt)
  assert.is(recent.age('a', startedAt + 999), 999)
  assert.is(recent.age('a', startedAt + 1000), Infinity)
  assert.is(recent.age('b', startedAt), Infinity)
  for (const key of ['b', 'c']) recent.note(key, startedAt + 1)
  assert.is(recent.age('a', startedAt + 1), Infinity)
  assert.is(recent.age('b', startedAt + 1), 0)
})

const mac = '00:00:00:00:00:00'
const interfaces: NonNullable<Parameters<typeof localNetworks>[2]> = {
  lo: [
    { address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac, internal: true, cidr: '127.0.0.1/8' },
    { address: '::1', netmask: 'ffff::', family: 'IPv6', mac, internal: true, cidr: '::1/128', scopeid: 0 },
  ],
  eth0: [
    {
      address: '10.1.2.3',
      netmask: '255.255.255.0',
      family: 'IPv4',
      mac,
      internal: false,
      cidr: '10.1.2.3/24',
    },
  ],
  tun0: [
    { address: '10.9.9.9', netmask: '0.0.0.0', family: 'IPv4', mac, internal: false, cidr: '10.9.9.9/0' },
  ],
  odd: [{ address: '10.8.8.8', netmask: '255.0.255.0', family: 'IPv4', mac, internal: false, cidr: null }],
}
const closed = createAddressPolicy([])
const open = createAddressPolicy(['127.0.0.0/8'])

test('the networks are those of the interfaces, loopback only where it is opened', () => {
  const addresses = (host: string, policy = closed) =>
    localNetworks(host, policy, interfaces).map(({ address }) => address)
  assert.equal(addresses(''), ['10.1.2.3'])
  assert.equal(addresses('::'), ['10.1.2.3'])
  assert.equal(addresses('', open), ['127.0.0.1', '10.1.2.3'])
  assert.equal(addresses('127.0.0.1', open), ['127.0.0.1'])
  assert.equal(addresses('127.0.0.1'), [])
  assert.equal(addresses('10.1.2.3', open), ['10.1.2.3'])
  assert.equal(addresses('::1', open), [])
})

test('a network holds the addresses of its subnet and nothing else', () => {
  const [network] = localNetworks('', closed, interfaces)
  assert.ok(network?.contains('10.1.2.200'))
  for (const address of ['10.1.3.1', '127.0.0.1', '8.8.8.8', '::ffff:10.1.2.4', '0x0a.1.2.4', '']) {
    assert.is(network?.contains(address), false, address)
  }
})

test.run()
