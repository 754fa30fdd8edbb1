import { createHash } from 'node:crypto'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { decodeBencode, decodeDictionaryWithSpans, type Span } from '../../src/protocol/bencode.ts'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { parseMetainfo } from '../../src/protocol/metainfo.ts'
import { parseInfo } from '../../src/protocol/torrent-info.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'
import { lone } from './metainfo-case.ts'
import { formCases } from './metainfo-form-cases.ts'
import { linkCases } from './metainfo-link-cases.ts'
import { nameCases } from './metainfo-name-cases.ts'

const test = suite('protocol/metainfo')
const cases = [...formCases, ...nameCases, ...linkCases]

for (const metainfoCase of cases) {
  test(metainfoCase.title, () => {
    if ('fact' in metainfoCase) {
      assert.equal(metainfoCase.fact(parseMetainfo(metainfoCase.bytes)), metainfoCase.is)
    } else {
      assert.is(
        codeOf(() => parseMetainfo(metainfoCase.bytes)),
        metainfoCase.code,
      )
    }
  })
}

test('there are at least 150 cases, each with a title of its own', () => {
  assert.ok(cases.length >= 150, `${cases.length} cases`)
  assert.is(new Set(cases.map(({ title }) => title)).size, cases.length)
})

test('the info hash is that of the raw bytes, also with unsorted keys', () => {
  const rawInfo = Buffer.concat([
    Buffer.from('d6:pieces20:01234567890123456789'),
    Buffer.from('12:piece lengthi16384e4:name1:a6:lengthi1ee'),
  ])
  const bytes = Buffer.concat([Buffer.from('d8:url-listle4:info'), rawInfo, Buffer.from('8:announce0:e')])
  const metainfo = parseMetainfo(bytes)
  assert.is(sha1(metainfo.rawInfo), sha1(rawInfo))
  assert.is.not(sha1(metainfo.rawInfo), sha1(encodeBencode(decodeBencode(rawInfo))))
  assert.equal([metainfo.infoSpan.start, metainfo.infoSpan.end], [19, 19 + rawInfo.length])
})

test('an info dictionary from peers passes the same checks', () => {
  for (const { title, bytes } of [...formCases, ...nameCases]) {
    const infoSpan = spanOfInfo(bytes)
    if (infoSpan === undefined) continue
    const rawInfo = bytes.subarray(infoSpan.start, infoSpan.end)
    const code = codeOf(() => parseMetainfo(bytes))
    assert.is(
      codeOf(() => parseInfo(rawInfo)),
      code,
      title,
    )
    if (code === undefined) assert.equal(parseInfo(rawInfo), parseMetainfo(bytes).info)
  }
  assert.is(
    codeOf(() => parseInfo(Buffer.from('le'))),
    'invalid_metainfo',
  )
  assert.is(
    codeOf(() => parseInfo(Buffer.from('de1:a'))),
    'invalid_bencode',
  )
  assert.is(
    codeOf(() => parseInfo(Buffer.alloc(10 * 1024 * 1024 + 1))),
    'invalid_metainfo',
  )
})

test('a made torrent says what it was made of', () => {
  const made = makeMetainfo({
    name: 'made',
    files: [
      { path: 'a/one', content: 20_000 },
      { path: 'two', content: Buffer.from('two') },
    ],
    trackers: ['http://a.example/announce', ['udp://b.example:1', 'udp://c.example:1']],
    webSeeds: ['http://seed.example/'],
    private: true,
    comment: 'a comment',
  })
  const metainfo = parseMetainfo(made.bytes)
  assert.is(sha1(metainfo.rawInfo), made.infoHash)
  assert.is(metainfo.info.private, true)
  assert.is(metainfo.info.length, made.content.length)
  assert.equal(
    metainfo.info.files.map(({ safePath, length }) => [safePath, length]),
    made.files.map(({ path, content }) => [path, content.length]),
  )
  assert.equal(metainfo.trackers, [['http://a.example/announce'], ['udp://b.example:1', 'udp://c.example:1']])
  assert.equal(metainfo.webSeeds, ['http://seed.example/'])
  assert.is(metainfo.comment, 'a comment')
  assert.is(makeMetainfo({ content: 5 }).infoHash, makeMetainfo({ content: 5 }).infoHash)
  assert.is.not(makeMetainfo({ content: 5 }).infoHash, makeMetainfo({ content: 5, seed: 'other' }).infoHash)
})

test('a torrent with any byte changed, cut or doubled is parsed or refused, and nothing else', () => {
  const bytes = makeMetainfo({ files: [{ path: 'a/b', content: 20_000 }], trackers: ['http://a'] }).bytes
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, end) => {
      const changed = Buffer.from(bytes)
      changed[at] = byte
      codeOf(() => parseMetainfo(changed))
      codeOf(() => parseMetainfo(bytes.subarray(0, end)))
      codeOf(() => parseMetainfo(Buffer.concat([bytes, bytes.subarray(end)])))
    }),
    { numRuns: 2000 },
  )
})

test('the span of info is its bytes, whatever stands around it', () => {
  const rawInfo = makeMetainfo({ content: 1 }).rawInfo
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.uint8Array()), (around) => {
      delete around.info
      const rest = Object.entries(around).flatMap(([key, value]) => [
        Buffer.from(`${key.length}:${key}`),
        encodeBencode(value),
      ])
      const bytes = Buffer.concat([
        Buffer.from('d'),
        ...rest,
        Buffer.from('4:info'),
        rawInfo,
        Buffer.from('e'),
      ])
      assert.ok(rawInfo.equals(parseMetainfo(bytes).rawInfo))
    }),
  )
})

test('any names are refused or become safe paths that no file system takes for one another', () => {
  const part = fc.oneof(
    fc.constantFrom('a', 'A', 'á', 'a\u0301', 'a\\', 'a/', 'a.', 'a_', 'CON', 'con.', 'a (1)', 'a\u202e'),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  )
  const paths = fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(paths, (made) => {
      const files = made.map((path) => ({ path, length: 1 }))
      const bytes = lone({ length: undefined, files, pieces: new Uint8Array(20) })
      codeOf(() => {
        const { info } = parseMetainfo(bytes)
        const safe = info.files.map(({ safePath }) => safePath)
        const folded = safe.map((path) => path.normalize('NFC').toUpperCase())
        assert.is(new Set(folded).size, folded.length)
        for (const one of folded) assert.not.ok(folded.some((other) => other.startsWith(`${one}/`)))
        for (const path of safe) assert.ok(path.split('/').every(isSafePart), path)
        assert.equal(parseMetainfo(bytes), parseMetainfo(Buffer.from(bytes)))
      })
    }),
    { numRuns: 1000 },
  )
})

function isSafePart(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  return name !== '' && Buffer.byteLength(name) <= 255 && !/[\u0000-\u001f\u007f\\\u202e]|[. ]$/.test(name)
}

function spanOfInfo(bytes: Uint8Array): Span | undefined {
  try {
    return decodeDictionaryWithSpans(bytes).spans.get('info')
  } catch {
    return undefined
  }
}

function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

test.run()
