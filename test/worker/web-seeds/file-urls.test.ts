import * as assert from 'uvu/assert'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { fileUrls } from '../../../src/worker/session/engine/web-seeds/file-urls.ts'
import { makeMetainfo, type MetainfoOptions } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/web-seeds/file-urls')

function urlsOf(webSeed: string, options: MetainfoOptions): string[] | undefined {
  const info = parseInfo(makeMetainfo(options).rawInfo)
  const urls = fileUrls(webSeed, info)
  return urls && info.files.map(({ index }) => urls(index).href)
}

test('a lone file lies at the URL, or below it where that ends with a slash', () => {
  const lone = { name: 'a b.bin', content: 10 }
  assert.equal(urlsOf('http://h/x.bin', lone), ['http://h/x.bin'])
  assert.equal(urlsOf('http://h/get?file=1#part', lone), ['http://h/get?file=1'])
  assert.equal(urlsOf('http://h/x/', lone), ['http://h/x/a%20b.bin'])
  assert.equal(urlsOf('http://h', lone), ['http://h/a%20b.bin'])
})

test('files of a folder lie below the URL in the folder of its name, whether or not it ends with a slash', () => {
  const folder = {
    name: 'top',
    files: [
      { path: 'one/50%#?.bin', content: 1 },
      { path: 'é', content: 1 },
    ],
  }
  const expected = ['http://h/x/top/one/50%25%23%3F.bin', 'http://h/x/top/%C3%A9']
  assert.equal(urlsOf('http://h/x', folder), expected)
  assert.equal(urlsOf('http://h/x/', folder), expected)
  assert.equal(
    urlsOf('http://h/x/?key=1', folder),
    expected.map((url) => `${url}?key=1`),
  )
})

test('a folder with one file is a folder', () => {
  assert.equal(urlsOf('http://h/x', { name: 'top.bin', files: [{ path: 'top.bin', content: 1 }] }), [
    'http://h/x/top.bin/top.bin',
  ])
})

test('a URL of another scheme or with credentials is none', () => {
  assert.is(urlsOf('ftp://h/x', {}), undefined)
  assert.is(urlsOf('http://user:secret@h/x', {}), undefined)
})

test.run()
