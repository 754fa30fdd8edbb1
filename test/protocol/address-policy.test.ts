import * as assert from 'uvu/assert'
import { createAddressPolicy, parseAddressRanges } from '../../src/protocol/address-policy.ts'
import { RestTorrentError } from '../../src/protocol/errors.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/address-policy')

const words = (text: string): string[] => text.trim().split(/\s+/)

const loopback = words(`
  127.0.0.1 127.255.255.254 ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001
  ::ffff:127.0.0.1 ::FFFF:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:127.0.0.1 ::ffff:0:127.0.0.1
  64:ff9b::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2002:7f00:0001:0:0:0:0:1
`)
const privateOnes = words(`
  10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 169.254.169.254
  100.64.0.1 100.127.255.255 100.100.100.200 fc00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 febf::1
  ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::c0a8:1 64:ff9b::169.254.169.254 2002:a00:1::
  2002:c0a8:101::1
`)
const neverPublic = words(`
  0.0.0.0 0.1.2.3 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
  239.255.255.250 240.0.0.1 255.255.255.255 192.175.48.1 192.52.193.1 :: ::127.0.0.1 ::7f00:1
  ::8.8.8.8 ::ffff:0.0.0.0 ::ffff:255.255.255.255 fec0::1 ff02::1 ff0e::1 100::1 2001::1
  2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 3fff::1 5f00::1
  64:ff9b:1::8.8.8.8 64:ff9b:1::7f00:1 4000::1 1::1 e000::1 2002:e000:1:: 2002:0:0::1 64:ff9b::
`)
const isatapToPrivate = ['2a00:1450::5efe:10.0.0.1', '2a00:1450::200:5efe:7f00:1']
const notLiterals = [
  '| |localhost|example.com|127.1|127.0.1|2130706433|0x7f000001|0x7f.0.0.1|0177.0.0.1|8.8.8.08',
  '010.8.8.8|8.8.8|8.8.8.8.| 8.8.8.8|8.8.8.8 |8.8.8.8\n|8.8.8.256|8.8.8.8:80|8.8.8.8/32',
  '１２７.0.0.1|fe80::1%eth0|2a00:1450::1%1|::ffff:8.8.8.8%lo|[2a00:1450::1]|2a00:1450:::1',
  '2a00:1450::1::2|::ffff:010.8.8.8|::ffff:0x8.8.8.8|::ffff:8.8.8|2a00|:|:::|1:2:3:4:5:6:7:8:9',
].flatMap((line) => line.split('|'))
const publicOnes = words(`
  1.1.1.1 8.8.8.8 93.184.216.34 9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.1 172.15.255.255
  172.32.0.0 192.167.255.255 192.169.0.0 100.63.255.255 100.128.0.0 169.253.255.255 169.255.0.0
  223.255.255.255 2606:4700:4700::1111 2A00:1450:4001::200E 2400::1 ::ffff:8.8.8.8 ::ffff:808:808
  64:ff9b::8.8.8.8 2002:808:808::1 2a00:1450::5efe:8.8.8.8
`)

test('nothing but public unicast addresses is allowed by default', () => {
  const policy = createAddressPolicy([])
  const refused = [...loopback, ...privateOnes, ...neverPublic, ...isatapToPrivate, ...notLiterals]
  assert.ok(refused.length > 60)
  assert.equal(
    refused.filter((address) => policy.allows(address)),
    [],
  )
  assert.equal(
    publicOnes.filter((address) => !policy.allows(address)),
    [],
  )
})

test('loopback opens every spelling of 127/8 and ::1 and nothing else', () => {
  const policy = createAddressPolicy(parseAddressRanges('loopback'))
  assert.equal(
    loopback.filter((address) => !policy.allows(address)),
    [],
  )
  assert.equal(
    [...privateOnes, ...neverPublic, ...notLiterals].filter((address) => policy.allows(address)),
    [],
  )
})

test('private opens the networks of a site and nothing else', () => {
  const policy = createAddressPolicy(parseAddressRanges('private'))
  assert.equal(
    privateOnes.filter((address) => !policy.allows(address)),
    [],
  )
  assert.equal(
    [...loopback, ...neverPublic, ...notLiterals].filter((address) => policy.allows(address)),
    [],
  )
})

test('a CIDR opens exactly its addresses, also those of an interface with host bits', () => {
  const policy = createAddressPolicy(parseAddressRanges(' 10.1.0.0/16, 192.168.7.5/24,fd12:3456::/32 '))
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.168.7.200', 'fd12:3456::1']) {
    assert.ok(policy.allows(address), address)
  }
  for (const address of ['10.2.0.1', '192.168.8.1', 'fd12:3457::1', '127.0.0.1']) {
    assert.not(policy.allows(address), address)
  }
})

test('an opened IPv6 range does not open the IPv4 addresses inside it', () => {
  const policy = createAddressPolicy(['::/0'])
  assert.ok(policy.allows('::1'))
  assert.equal(['::ffff:127.0.0.1', '64:ff9b::10.0.0.1', '2002:7f00:1::'].filter(policy.allows), [])
  assert.not(policy.allows('2a00:1450::5efe:10.0.0.1'))
})

test('an address is opened only when it is not public anyway', () => {
  const policy = createAddressPolicy(['127.0.0.0/8', '8.8.8.0/24', '2a00::/16'])
  assert.ok(policy.isOpened('127.0.0.1'))
  assert.ok(policy.isOpened('::ffff:127.0.0.1'))
  assert.ok(policy.isOpened('2a00:1450::5efe:127.0.0.1'))
  assert.equal(['8.8.8.8', '2a00:1450::1', '10.0.0.1', 'localhost'].filter(policy.isOpened), [])
})

test('the plain form crosses a thread and makes an equal policy', () => {
  const policy = createAddressPolicy(parseAddressRanges('loopback,10.0.0.0/8'))
  const rebuilt = createAddressPolicy(structuredClone(policy.ranges))
  assert.equal(rebuilt.ranges, ['127.0.0.0/8', '::1/128', '10.0.0.0/8'])
  assert.ok(rebuilt.allows('10.9.9.9'))
})

test('an empty text opens nothing', () => {
  assert.equal(parseAddressRanges(''), [])
  assert.equal(parseAddressRanges('  '), [])
})

test('a malformed part of the list is named', () => {
  const malformed = [
    'all',
    '10.0.0.1',
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    '::/129',
    'fe80::%eth0/64',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/8.0',
    'Loopback',
    '::ffff:10.0.0.0/104',
    '2002:a00::/24',
    'constructor',
  ]
  for (const part of malformed) {
    assert.throws(
      () => parseAddressRanges(`loopback,${part}`),
      (error: unknown) =>
        error instanceof RestTorrentError &&
        error.code === 'invalid_parameter' &&
        error.message.includes(`"${part}"`),
      part,
    )
  }
  assert.throws(() => parseAddressRanges('loopback,,private'), /""/)
})

test.run()
