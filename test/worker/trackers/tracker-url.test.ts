import * as assert from 'uvu/assert'
import { readTrackerUrl } from '../../../src/worker/session/trackers/tracker-url.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/trackers/tracker-url')

test('host, port and path are read', () => {
  const parts = (text: string) => {
    const { kind, hostname, port, path } = readTrackerUrl(text)
    return `${kind} ${hostname} ${port} ${path}`
  }
  assert.is(parts('udp://Tracker.Example:6969/announce?a=b'), 'udp tracker.example 6969 /announce?a=b')
  assert.is(parts('udp://tracker.example:80'), 'udp tracker.example 80 /')
  assert.is(parts('UDP://[2001:DB8::1]:6969'), 'udp [2001:db8::1] 6969 /')
  assert.is(parts('http://tracker.example/announce'), 'http tracker.example 80 /announce')
  assert.is(parts('https://tracker.example/x'), 'http tracker.example 443 /x')
})

test('an address written in another way is the address that it is', () => {
  assert.is(readTrackerUrl('udp://0x7f.1:6969').hostname, '127.0.0.1')
})

for (const text of [
  'ws://t/',
  'wss://t/',
  'ftp://t/',
  'nonsense',
  'udp://',
  'udp:///x',
  'http://t/ /x',
  'udp://t:99999',
]) {
  test(`"${text}" is unsupported and says why`, () => {
    const url = readTrackerUrl(text)
    assert.is(url.kind, 'unsupported')
    assert.ok(url.reason)
  })
}

test.run()
