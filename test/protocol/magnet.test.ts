import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { magnetOf, parseMagnet } from '../../src/protocol/magnet.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'
import { magnetCases } from './magnet-cases.ts'

const test = suite('protocol/magnet')
const infoHash = 'c0ffee00'.repeat(5)

for (const magnetCase of magnetCases) {
  if ('fact' in magnetCase) {
    test(`reads ${magnetCase.title}`, () => {
      assert.equal(magnetCase.fact(parseMagnet(magnetCase.link)), magnetCase.is)
    })
  } else {
    test(`refuses ${magnetCase.title} as ${magnetCase.code}`, () => {
      assert.is(
        codeOf(() => parseMagnet(magnetCase.link)),
        magnetCase.code,
      )
    })
  }
}

test('there are at least 40 cases', () => {
  assert.ok(magnetCases.length >= 40, `${magnetCases.length} cases`)
})

test('what magnetOf writes is read back', () => {
  const torrent = {
    infoHash,
    name: 'a & b=c + d? #e %20 é',
    trackers: ['udp://a.example:1/announce', 'http://b.example/announce?key=a&b=c+d'],
    webSeeds: ['https://c.example/a%20b/'],
  }
  assert.equal(parseMagnet(magnetOf(torrent)), { ...torrent, peers: [] })
  assert.equal(parseMagnet(magnetOf({ infoHash })), { infoHash, trackers: [], webSeeds: [], peers: [] })
})

test('what magnetOf writes is never too long to be read', () => {
  const trackers = Array.from({ length: 64 }, (_, index) => `http://a.example/${index}/${'é'.repeat(400)}`)
  const link = magnetOf({ infoHash, name: '\ud800'.repeat(5000), trackers, webSeeds: ['http://a.example/'] })
  assert.ok(link.length <= 8192)
  assert.is(parseMagnet(link).infoHash, infoHash)
  assert.equal(parseMagnet(link).webSeeds, ['http://a.example/'])
})

test('any text is read or refused, and nothing else', () => {
  const parameter = fc.tuple(
    fc.constantFrom('xt', 'dn', 'tr', 'ws', 'x.pe', 'so', 'xl', 'tr.1', '__proto__'),
    fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constantFrom('%', '%E0', '1-', '[::]:1')),
  )
  fc.assert(
    fc.property(fc.array(parameter), fc.boolean(), (parameters, isEscaped) => {
      const written = parameters.map(([key, value]) =>
        isEscaped ? `${key}=${encodeURIComponent(value.toWellFormed())}` : `${key}=${value}`,
      )
      codeOf(() => parseMagnet(`magnet:?${written.join('&')}`))
      const link = [`magnet:?xt=urn:btih:${infoHash}`, ...written].join('&').slice(0, 2000)
      assert.is(parseMagnet(link).infoHash, infoHash)
    }),
    { numRuns: 500 },
  )
})

test.run()
