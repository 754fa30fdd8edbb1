/** Web servers that fail or lie: what comes of each, and that a good source brings the download to its end. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import type { WebSeedView } from '../../../src/protocol/web-seed.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { sendRange, serveFiles, type Misbehaviour } from '../../support/web-server.ts'
import { startPeer, startSeed } from '../picker/fixture.ts'

const test = suite('worker/session/engine/web-seeds: failures')
const doneMs = 20_000
const made = makeMetainfo({ content: 600_000, pieceLength: 32 * 1024, name: 'lone.bin' })

/** What becomes of a web seed that behaves like that, and that its torrent gets everything from a peer. */
async function meet(misbehave: Misbehaviour, path = '/lone.bin'): Promise<WebSeedView> {
  await using server = await serveFiles(made.files, misbehave)
  const peer = await startPeer(made, { webSeeds: [server.url + path] })
  const seed = await startSeed(made)
  try {
    const failed = await eventually(doneMs, 'a failure', () => {
      const view = peer.torrent.webSeeds(Date.now())?.[0]
      return view !== undefined && view.message !== '' && view.num_requests === 0 && view
    })
    peer.dial(seed)
    await within(doneMs, 'the download', peer.done)
    assert.is(Buffer.compare(await peer.content(), made.content), 0)
    return failed
  } finally {
    await Promise.all([peer.close(), seed.close()])
  }
}

const fatal: readonly [what: string, message: RegExp, misbehave: Misbehaviour][] = [
  [
    'has no such file',
    /^answered 404: lone\.bin$|^answered 404$/,
    (_, response) => !!response.writeHead(404).end(),
  ],
  ['refuses', /^answered 403$/, (_, response) => !!response.writeHead(403).end('no')],
  [
    'ignores the range',
    /^does not serve ranges$/,
    (_, response) => !!response.writeHead(200, { 'content-length': made.length }).end(made.content),
  ],
  [
    'has a file of another length',
    /^has a file of another length/,
    (asked, response) => {
      sendRange(response, asked, made.content.subarray(0, -1))
      return true
    },
  ],
  [
    'sends another range',
    /^sends another range/,
    (asked, response) => {
      sendRange(response, { ...asked, start: asked.start + 1, end: asked.end + 1 }, made.content)
      return true
    },
  ],
  [
    'sends wrong bytes',
    /^sent a piece whose hash does not fit$/,
    (asked, response) => {
      sendRange(response, asked, Buffer.alloc(made.length, 1))
      return true
    },
  ],
  [
    'compresses',
    /^sends gzip/,
    ({ start, end }, response) => {
      const body = gzipSync(made.content.subarray(start, end))
      response.writeHead(206, {
        'content-encoding': 'gzip',
        'content-range': `bytes ${start}-${end - 1}/${made.length}`,
      })
      response.end(body)
      return true
    },
  ],
  [
    'redirects to where nobody may be led',
    /^redirects to a URL that is not allowed$/,
    (_, response) => !!response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  ],
  [
    'redirects for ever',
    /^redirects too often$/,
    (_, response) => !!response.writeHead(302, { location: '/lone.bin' }).end(),
  ],
]

for (const [what, message, misbehave] of fatal) {
  test(`a web seed that ${what} is given up`, async () => {
    const view = await meet(misbehave)
    assert.is(view.state, 'given_up')
    assert.match(view.message, message)
  })
}

test('a web seed that sends for ever is given up, and what it sends beyond the range is not read', async () => {
  let sent = 0
  const view = await meet(({ start, end }, response) => {
    const range = `bytes ${start}-${end - 1}/${made.length}`
    response.writeHead(206, { 'content-range': range })
    response.write(made.content.subarray(start, end))
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024
      response.once('drain', more)
    }
    more()
    return true
  })
  assert.is(view.state, 'given_up')
  assert.match(view.message, /^sends more than was asked for$/)
  assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes`)
})

test('a web seed that redirects to a forbidden address is given up, and nobody is dialled there', async () => {
  const canary = createServer()
  canary.listen(0, '127.0.0.1')
  await once(canary, 'listening')
  canary.on('connection', () => assert.unreachable('dialled'))
  const { port } = canary.address() as AddressInfo
  try {
    const view = await meet((_, response) => {
      response.writeHead(302, { location: `http://[::ffff:10.0.0.1]:${port}/` }).end()
      return true
    })
    assert.is(view.state, 'given_up')
    assert.is(view.message, 'points to an address that is not allowed')
  } finally {
    canary.close()
  }
})

test('a web seed that breaks off is left alone for a while', async () => {
  const view = await meet(({ start, end }, response) => {
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${made.length}`,
      'content-length': end - start,
    })
    response.write(made.content.subarray(start, start + 40_000), () => response.destroy())
    return true
  })
  assert.is(view.state, 'waiting')
  assert.is(view.message, 'broke the connection')
  assert.is(view.downloaded, 40_000)
  const waitMs = (view.next_try_at ?? 0) - Date.now()
  assert.ok(waitMs > 0 && waitMs < 7000, `${waitMs} ms`)
})

test('a web seed that asks for more time gets it', async () => {
  const view = await meet((_, response) => !!response.writeHead(503, { 'retry-after': '600' }).end())
  assert.is(view.state, 'waiting')
  assert.is(view.message, 'answered 503')
  assert.ok((view.next_try_at ?? 0) - Date.now() > 500_000)
})

test('a server that fails once and then works brings everything', async () => {
  let isFirst = true
  await using server = await serveFiles(made.files, (_, response) => {
    if (!isFirst) return false
    isFirst = false
    response.writeHead(500).end()
    return true
  })
  const peer = await startPeer(made, { webSeeds: [`${server.url}/lone.bin`] })
  try {
    await within(doneMs, 'the download', peer.done)
    assert.is(Buffer.compare(await peer.content(), made.content), 0)
    await eventually(doneMs, 'no message', () => peer.torrent.webSeeds(Date.now())?.[0]?.message === '')
  } finally {
    await peer.close()
  }
})

test('a whole file as the answer will do where the whole file was asked for', async () => {
  const small = makeMetainfo({ content: 10_000, name: 'small.bin' })
  await using server = await serveFiles(
    small.files,
    (_, response) => !!response.writeHead(200).end(small.content),
  )
  const peer = await startPeer(small, { webSeeds: [`${server.url}/small.bin`] })
  try {
    await within(doneMs, 'the download', peer.done)
  } finally {
    await peer.close()
  }
})

test('a web seed without one of the files brings the others', async () => {
  const folder = makeMetainfo({
    name: 'folder',
    pieceLength: 16 * 1024,
    files: [
      { path: 'a.bin', content: 200_000 },
      { path: 'b.bin', content: 200_000 },
      { path: 'c.bin', content: 200_000 },
    ],
  })
  const without = (name: string) => folder.files.filter(({ path }) => !path.endsWith(name))
  await using one = await serveFiles(without('a.bin'))
  await using other = await serveFiles(without('c.bin'))
  const peer = await startPeer(folder, { webSeeds: [one.url, other.url] })
  try {
    await within(doneMs, 'the download', peer.done)
    assert.is(Buffer.compare(await peer.content(), folder.content), 0)
  } finally {
    await peer.close()
  }
})

test('a torrent that is closed ends every request', async () => {
  await using server = await serveFiles(made.files, ({ start, end }, response) => {
    const range = `bytes ${start}-${end - 1}/${made.length}`
    response.writeHead(206, { 'content-range': range, 'content-length': end - start }).flushHeaders()
    return true
  })
  const peer = await startPeer(made, { webSeeds: [`${server.url}/lone.bin`] })
  await eventually(doneMs, 'a request', () => server.pending > 0)
  await peer.close()
  await eventually(doneMs, 'its end', () => server.pending === 0)
  const { length } = server.asked
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(server.asked.length, length)
})

test.run()
