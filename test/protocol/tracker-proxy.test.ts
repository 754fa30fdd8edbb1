import * as assert from 'uvu/assert'
import { trackerProxySetting } from '../../src/protocol/tracker-proxy-form.ts'
import { parseTrackerProxy, shownTrackerProxy } from '../../src/protocol/tracker-proxy.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/tracker-proxy')

test('a proxy says how it is spoken to, where it is, and who asks', () => {
  const read = (text: string): unknown => {
    const { kind, url, credentials } = parseTrackerProxy(text) ?? {}
    return [kind, url?.href, credentials]
  }
  assert.equal(read('http://proxy.example:80/'), ['http', 'http://proxy.example/', undefined])
  assert.equal(read('SOCKS5://0x7f.1:1080'), ['socks5', 'http://127.0.0.1:1080/', undefined])
  const credentials = { user: 'name', password: 'a@b:c' }
  assert.equal(read('socks5://name:a%40b%3Ac@[::1]:1080'), ['socks5', 'http://[::1]:1080/', credentials])
})

test('what is none is refused, also what is shown of one with credentials', () => {
  assert.is(trackerProxySetting.parse(''), '')
  assert.is(trackerProxySetting.parse(' http://proxy.example:3128 '), 'http://proxy.example:3128')
  for (const wrong of [
    'proxy.example:1080',
    'http://proxy.example',
    'http://name:word@proxy.example:3128',
    'https://proxy.example:3128',
    'socks4://proxy.example:1080',
    'socks5://proxy.example:0',
    'socks5://proxy.example:65536',
    'socks5://proxy.example:1080/path',
    'socks5://name@proxy.example:1080',
    'socks5://name:%ff@proxy.example:1080',
    `socks5://name:${'x'.repeat(256)}@proxy.example:1080`,
    'socks5://na me:word@proxy.example:1080',
    'socks5://a b:1080',
    shownTrackerProxy('socks5://name:word@proxy.example:1080'),
    7,
  ])
    assert.is(trackerProxySetting.safeParse(wrong).success, false, String(wrong))
})

test('credentials are not shown', () => {
  assert.is(shownTrackerProxy('socks5://name:word@[::1]:1080'), 'socks5://***@[::1]:1080')
  assert.is(shownTrackerProxy('http://proxy.example:3128'), 'http://proxy.example:3128')
  assert.is(shownTrackerProxy(''), '')
})

test.run()
