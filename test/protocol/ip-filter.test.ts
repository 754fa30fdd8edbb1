import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import * as assert from 'uvu/assert'
import { IpFilter, packIpFilter } from '../../src/protocol/ip-filter.ts'
import { ipFilterKind, ipFilterSetting, shownIpFilter } from '../../src/protocol/ip-filter-source.ts'
import { addressWords, parseIpRange, type IpRange } from '../../src/protocol/ip-range.ts'
import { suite } from '../support/suite.ts'

const filters = suite('src/protocol/ip-filter')

function filterOf(...texts: string[]): IpFilter {
  const ranges = texts.flatMap((text) => parseIpRange(text) ?? [])
  assert.is(ranges.length, texts.length)
  return new IpFilter(packIpFilter(ranges))
}

/** Few different bytes, so that ranges meet, touch and hold each other. */
const byte = fc.constantFrom(0, 1, 2, 127, 128, 254, 255)
const version4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))
const version6 = fc
  .array(fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff), { minLength: 8, maxLength: 8 })
  .filter((groups) => groups.slice(0, 5).some((group) => group !== 0)) // not IPv4 in IPv6
  .map((groups) => new ipaddr.IPv6(groups).toRFC5952String())
const address = fc.oneof(version4, version6)

/** By ipaddr.js, whose bytes are compared one by one. */
function numberOf(text: string): bigint {
  return ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, one) => sum * 256n + BigInt(one), 0n)
}

const rangeText = fc.oneof(fc.tuple(version4, version4), fc.tuple(version6, version6)).map((ends) => {
  const [first, last] = ends.sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1))
  return { first, last }
})

filters('the search finds what a naive one finds, in any ranges of both families', () => {
  const property = fc.property(
    fc.array(rangeText, { maxLength: 40 }),
    fc.array(address, { minLength: 1, maxLength: 40 }),
    (ranges, probes) => {
      const filter = filterOf(...ranges.map(({ first, last }) => `${first}-${last}`))
      const ends = ranges.flatMap(({ first, last }) => [first, last])
      for (const probe of [...probes, ...ends]) {
        const naive = ranges.some(({ first, last }) => {
          if (first.includes(':') !== probe.includes(':')) return false
          return numberOf(first) <= numberOf(probe) && numberOf(probe) <= numberOf(last)
        })
        assert.is(filter.has(probe), naive, probe)
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
})

filters('a block of any prefix holds what ipaddr.js says that it holds', () => {
  const property = fc.property(address, address, fc.nat(128), (base, probe, bits) => {
    const prefix = base.includes(':') ? bits : bits % 33
    const [one, other] = [ipaddr.parse(base), ipaddr.parse(probe)]
    const isIn = one.kind() === other.kind() && other.match(one, prefix)
    assert.is(filterOf(`${base}/${prefix}`).has(probe), isIn, `${base}/${prefix} ${probe}`)
  })
  fc.assert(property, { numRuns: 1000 })
})

filters('every spelling of an IPv6 address has the same words', () => {
  const property = fc.property(version6, (text) => {
    const parsed = ipaddr.IPv6.parse(text)
    const long = parsed.parts.map((part) => part.toString(16).padStart(4, '0')).join(':')
    for (const spelling of [text, text.toUpperCase(), long, parsed.toNormalizedString()])
      assert.equal(addressWords(spelling), addressWords(text), spelling)
    const words = addressWords(text) ?? []
    assert.is(
      words.reduce((sum, word) => sum * 2n ** 32n + BigInt(word), 0n),
      numberOf(text),
    )
  })
  fc.assert(property)
})

filters('an IPv4 address is found also where IPv6 sockets show it, and a zone does not hide one', () => {
  const filter = filterOf('192.0.2.0/24', 'fe80::1')
  assert.ok(filter.has('::ffff:192.0.2.7'))
  assert.ok(filter.has('::ffff:c000:207'))
  assert.ok(filter.has('fe80::1%eth0'))
  assert.not(filter.has('192.0.3.0'))
  for (const nobody of ['', 'example.org', '1.2.3', '1.2.3.256', '1:2', ':::', '1::2::3'])
    assert.not(filter.has(nobody))
})

filters('what is no range is none', () => {
  const wrong = [
    '',
    '-',
    '1.2.3.4-',
    '1.2.3.5-1.2.3.4',
    '1.2.3.4-::1',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    'a-b',
    '/8',
  ]
  for (const text of wrong) assert.is(parseIpRange(text), undefined, text)
  const whole: IpRange = { first: [0], last: [2 ** 32 - 1] }
  assert.equal(parseIpRange('1.2.3.4/0'), whole)
  assert.equal(parseIpRange(' 000.000.000.000 - 255.255.255.255 '), whole)
})

filters('a setting is a list, a URL or a path, and says what is wrong with a list', () => {
  const kindOf = (value: unknown): string => {
    const read = ipFilterSetting.safeParse(value)
    return read.success
      ? `${read.data === '' ? 'none' : ipFilterKind(read.data)} ${read.data}`
      : (read.error.issues[0]?.message ?? '')
  }
  assert.is(kindOf(''), 'none ')
  assert.is(kindOf([]), 'none ')
  assert.is(kindOf('192.0.2.0/24, 2001:db8::1\n'), 'list 192.0.2.0/24,2001:db8::1')
  assert.is(kindOf(['192.0.2.1-192.0.2.9']), 'list 192.0.2.1-192.0.2.9')
  assert.is(kindOf('lists/level1.p2p'), 'path lists/level1.p2p')
  assert.is(kindOf('https://example.org/list.gz?id=1'), 'url https://example.org/list.gz?id=1')
  assert.match(kindOf('192.0.2.0/24,192.0.2.0/33'), '"192.0.2.0/33" is no range')
  assert.match(kindOf(['lists/level1']), '"lists/level1" is no range')
  assert.match(kindOf(new Array(101).fill('192.0.2.1')), 'must be a URL')
  assert.match(kindOf(new Array(101).fill('192.0.2.1').join(',')), 'at most 100')
  assert.match(kindOf('a\0b'), 'control')
  assert.is(shownIpFilter('https://example.org/list?key=secret'), 'https://example.org/list?…')
  assert.is(shownIpFilter('what?ever'), 'what?ever')
})

filters.run()
