import * as assert from 'uvu/assert'
import { checkHost, checkSameSite } from '../../../src/main/handlers/access.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { suite } from '../../support/suite.ts'

const access = suite('src/main/handlers/access')

const codeOf = (run: () => void): string => {
  try {
    run()
    return 'passes'
  } catch (error) {
    return error instanceof RestTorrentError ? error.code : String(error)
  }
}

const goodHosts = [
  '127.0.0.1',
  '127.0.0.1:8080',
  '192.168.1.4:80',
  '[::1]',
  '[::1]:8080',
  '[2001:db8::1]:1',
  'localhost',
  'LocalHost:8080',
  'localhost.',
  'app.localhost:3000',
  'seedbox.example',
  'SEEDBOX.example:443',
]
const badHosts = [
  undefined,
  '',
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  'notlocalhost',
  'x.seedbox.example',
  '127.0.0.1.evil.example',
  '127.1',
  '0x7f000001',
  '2130706433',
  '::1',
  '[::1',
  '[localhost]',
  '[::1]evil',
  'localhost:port',
  'user@localhost',
  'localhost/evil',
  'localhost, evil.example',
]

for (const host of goodHosts) {
  access(`the host ${host} is allowed`, () => {
    assert.is(
      codeOf(() => checkHost(host, ['Seedbox.example'])),
      'passes',
    )
  })
}

for (const host of badHosts) {
  access(`the host ${host ?? '(none)'} is host_not_allowed`, () => {
    assert.is(
      codeOf(() => checkHost(host, ['Seedbox.example'])),
      'host_not_allowed',
    )
  })
}

const sites: [
  title: string,
  expected: string,
  secFetchSite: string | undefined,
  origin: string | undefined,
][] = [
  ['a caller that is no browser', 'passes', undefined, undefined],
  ['a page of this origin', 'passes', 'same-origin', 'http://localhost:8080'],
  ['an address typed by the user', 'passes', 'none', undefined],
  ['a page of another site', 'cross_site_request', 'cross-site', 'http://evil.example'],
  ['a page of a sibling site', 'cross_site_request', 'same-site', 'http://localhost:3000'],
  ['a Sec-Fetch-Site that is unknown', 'cross_site_request', 'odd', undefined],
  ['an older browser on this origin', 'passes', undefined, 'http://localhost:8080'],
  ['the same origin behind TLS', 'passes', undefined, 'https://LOCALHOST:8080'],
  ['an older browser on another port', 'cross_site_request', undefined, 'http://localhost:3000'],
  ['an older browser on another site', 'cross_site_request', undefined, 'http://evil.example'],
  ['an opaque origin', 'cross_site_request', undefined, 'null'],
  ['a file', 'cross_site_request', undefined, 'file://'],
]

for (const [title, expected, secFetchSite, origin] of sites) {
  access(`${title}: ${expected}`, () => {
    assert.is(
      codeOf(() => checkSameSite({ host: 'localhost:8080', origin, secFetchSite })),
      expected,
    )
  })
}

access('the default port may be written or left out', () => {
  const from = (origin: string, host: string) =>
    codeOf(() => checkSameSite({ host, origin, secFetchSite: undefined }))
  assert.is(from('http://localhost', 'localhost:80'), 'passes')
  assert.is(from('https://localhost', 'localhost:443'), 'passes')
  assert.is(from('https://localhost', 'localhost:80'), 'cross_site_request')
})

access.run()
