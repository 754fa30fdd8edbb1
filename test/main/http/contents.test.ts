import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import { ContentLinks } from '../../../src/main/access/content-links.ts'
import { byteRange } from '../../../src/main/http/byte-range.ts'
import { Contents, type ContentsOptions } from '../../../src/main/http/contents.ts'
import { chunkLength, contentPath } from '../../../src/protocol/content.ts'
import { authentication } from '../../support/access.ts'
import { eventually, suite, within } from '../../support/suite.ts'

const contents = suite('src/main/http/contents')
const waitMs = 20_000
const length = 1024 * chunkLength
const path = contentPath.replace('{index}', '0').replaceAll(/\{\w+\}/g, 'a'.repeat(40))

/** A server of one endless file, and a caller of it who reads when a test says so. */
async function asked(options: Partial<ContentsOptions> = {}) {
  const state = { parts: 0, isClosed: false }
  const part = new Uint8Array(chunkLength)
  const routes = new Contents({
    open: () =>
      Promise.resolve({
        name: 'a.bin',
        length,
        etag: '"1"',
        reach: (_from, end) => end,
        reader: () => ({
          next: async () => await Promise.resolve(((state.parts += 1), part)),
          close: () => (state.isClosed = true),
        }),
      }),
    authentication: authentication(),
    links: new ContentLinks('secret', authentication()),
    allowedHosts: [],
    log: { error: (fields) => assert.unreachable(JSON.stringify(fields)) },
    ...options,
  })
  const responses: ServerResponse[] = []
  const server = createServer((request, response) => {
    responses.push(response)
    routes.answer(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = [0, 1].map(() =>
    connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .pause(),
  )
  const [first, second] = sockets
  if (first === undefined || second === undefined) throw new Error('no sockets')
  first.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await eventually(waitMs, 'an answer', () => state.parts > 0)
  return {
    state,
    routes,
    response: () => responses[0],
    first,
    second,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      routes.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

contents(
  'a caller who does not read holds one part, is cut when it stalls, and lets its reader go',
  async () => {
    await using place = await asked({ stallMs: 500 })
    let held = 0
    await within(
      waitMs,
      'the cut',
      (async () => {
        while (place.response()?.destroyed === false) {
          held = Math.max(held, place.response()?.writableLength ?? 0)
          await new Promise(setImmediate)
        }
      })(),
    )
    assert.ok(held > 0 && held <= chunkLength + 1024, String(held))
    assert.ok(place.state.parts < 100, 'what the kernel takes for an unread connection')
    await eventually(waitMs, 'no reader', () => place.state.isClosed && place.routes.size === 0)
  },
)

contents('no more answers are begun than are allowed', async () => {
  await using place = await asked({ maxReaders: 1 })
  place.second.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const [bytes] = (await within(waitMs, 'a refusal', once(place.second.resume(), 'data'))) as [Buffer]
  assert.match(bytes.toString(), /^HTTP\/1.1 503 .*"overloaded"/s)
  place.first.destroy()
  await eventually(waitMs, 'room', () => place.routes.size === 0)
})

contents('ranges are read as RFC 9110 says', () => {
  assert.equal(byteRange('bytes=0-0', 10), { from: 0, end: 1 })
  assert.equal(byteRange('bytes= 2 - 5', 10), { from: 2, end: 6 })
  assert.equal(byteRange('BYTES=-20', 10), { from: 0, end: 10 })
  assert.is(byteRange('bytes=-0', 10), 'unsatisfiable')
  assert.is(byteRange('bytes=10-', 10), 'unsatisfiable')
  assert.is(byteRange('bytes=-', 10), 'none')
  assert.is(byteRange('bytes=0-1,3-4', 10), 'none')
  assert.equal(byteRange(`bytes=0-${'9'.repeat(400)}`, 10), { from: 0, end: 10 })
})

contents.run()
