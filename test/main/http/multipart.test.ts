import * as assert from 'uvu/assert'
import { parseMultipart } from '../../../src/main/http/multipart.ts'
import { suite } from '../../support/suite.ts'
import { failureOf, recordedApp, torrentsPath } from './recorded-handlers.ts'

const multipart = suite('src/main/http/multipart')

const type = 'multipart/form-data; boundary=XyZ'
const bytes = Uint8Array.from([0, 255, 13, 10, 45, 45, 88, 121, 13, 10, 128])

/** A body of parts, each a header line and its content. */
function bodyOf(parts: [header: string, content: string | Uint8Array][], boundary = 'XyZ') {
  const chunks = parts.flatMap(([header, content]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${header}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ])
  return new Uint8Array(Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]))
}

multipart('a file keeps its bytes, with and without a file name', async () => {
  for (const header of ['name="file"; filename="a.torrent"', 'name="file"', 'name=file']) {
    const { post, calls } = recordedApp()
    const body = bodyOf([
      [header, bytes],
      ['name="save_path"', 'Ünder'],
    ])
    assert.is((await post(torrentsPath, type, body)).status, 200)
    assert.equal(calls[0]?.input['file'], bytes)
    assert.is(calls[0]?.input['save_path'], 'Ünder')
  }
})

multipart('what FormData writes is read back', async () => {
  const { request, calls } = recordedApp()
  const body = new FormData()
  body.set('save_path', 'a "quoted" path')
  body.set('file', new Blob([bytes]), 'x.torrent')
  await request(torrentsPath, { method: 'POST', body })
  assert.equal(calls[0]?.input['file'], bytes)
  assert.is(calls[0]?.input['save_path'], 'a "quoted" path')
})

multipart('an empty part, an empty form, a preamble and a quoted boundary are read', () => {
  const read = (text: string, contentType = type) => parseMultipart(Buffer.from(text), contentType)
  const part = '--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--XyZ--'
  assert.equal(read(part), [['a', '']])
  assert.equal(read('--XyZ--\r\n'), [])
  assert.equal(read(`ignored\r\n${part}`), [['a', '']])
  assert.equal(read(part, 'multipart/form-data; boundary="XyZ"; charset=utf-8'), [['a', '']])
})

multipart('a name that is repeated becomes a list', async () => {
  const { post, calls } = recordedApp()
  await post(
    '/v1/sessions',
    type,
    bodyOf([
      ['name="ports"', '6881'],
      ['name="ports"', '6882'],
    ]),
  )
  assert.equal(calls[0]?.input['ports'], [6881, 6882])
})

multipart('20 parts are read and 21 are invalid_body', async () => {
  const { post, calls } = recordedApp()
  const parts = (count: number) =>
    bodyOf(Array.from({ length: count }, (_, i) => ['name="ports"', String(6000 + i)]))
  assert.is((await post('/v1/sessions', type, parts(20))).status, 200)
  assert.is((calls[0]?.input['ports'] as number[]).length, 20)
  assert.is(await failureOf(await post('/v1/sessions', type, parts(21))), '400 invalid_body')
})

const broken: [title: string, body: string, contentType?: string][] = [
  ['without a boundary', '--XyZ--', 'multipart/form-data'],
  ['without any delimiter', 'hello'],
  ['without its end', '--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'],
  ['that ends in a delimiter', '--XyZ'],
  ['with a part without headers', '--XyZ\r\n1\r\n--XyZ--'],
  ['with a part without a name', '--XyZ\r\nContent-Type: text/plain\r\n\r\n1\r\n--XyZ--'],
  ['with an endless header', `--XyZ\r\nContent-Disposition: ${'x'.repeat(5000)}\r\n\r\n1\r\n--XyZ--`],
  ['with empty parts only', '--XyZ\r\n--XyZ\r\n--XyZ--'],
]
for (const [title, body, contentType] of broken) {
  multipart(`a body ${title} is invalid_body`, async () => {
    const { post, calls } = recordedApp()
    assert.is(await failureOf(await post('/v1/sessions', contentType ?? type, body)), '400 invalid_body')
    assert.is(calls.length, 0)
  })
}

multipart('hostile names go nowhere', async () => {
  const { post } = recordedApp()
  for (const name of ['__proto__', 'constructor']) {
    const body = bodyOf([[`name="${name}"`, '1']])
    assert.is(await failureOf(await post('/v1/sessions', type, body)), '400 unknown_parameter')
  }
})

multipart('a body above 12 MiB is body_too_large', async () => {
  const { post } = recordedApp()
  const body = bodyOf([['name="file"', new Uint8Array(12 * 1024 * 1024)]])
  assert.is(await failureOf(await post(torrentsPath, type, body)), '413 body_too_large')
})

multipart.run()
