/** Downloads from web servers on loopback, through the real engine and picker. */
import * as assert from 'uvu/assert'
import { makeMetainfo, type MadeMetainfo, type MetainfoOptions } from '../../support/metainfo.ts'
import { suite, within } from '../../support/suite.ts'
import { serveFiles, type AskedRange, type WebServer } from '../../support/web-server.ts'
import { startPeer, startSeed, type EnginePeer } from '../picker/fixture.ts'

const test = suite('worker/session/engine/web-seeds')
const kib = 1024
const doneMs = 20_000

async function download(made: MadeMetainfo, webSeeds: string[]): Promise<EnginePeer & AsyncDisposable> {
  const peer = await startPeer(made, { webSeeds })
  return Object.assign(peer, { [Symbol.asyncDispose]: () => peer.close() })
}

/** Downloads a torrent by one web seed alone and compares what came. */
async function finishes(options: MetainfoOptions, urlOf: (server: WebServer) => string): Promise<WebServer> {
  const made = makeMetainfo(options)
  await using server = await serveFiles(made.files)
  await using peer = await download(made, [urlOf(server)])
  await within(doneMs, 'the download', peer.done)
  assert.is(Buffer.compare(await peer.content(), made.content), 0)
  return server
}

test('a torrent of one file is fetched from the URL itself, each byte once', async () => {
  const length = 9 * 1024 * kib + 100
  const { asked, connections } = await finishes(
    { content: length, pieceLength: 64 * kib, name: 'lone.bin' },
    (server) => `${server.url}/lone.bin`,
  )
  assert.is(sumOf(asked), length)
  assert.ok(asked.length < 40, `${asked.length} requests`)
  assert.ok(connections <= 4, `${connections} connections`)
})

test('a slash at the end of the URL stands for the folder of the file', async () => {
  await finishes({ content: 100_000, name: 'a lone #1.bin' }, (server) => `${server.url}/`)
})

test('files of a folder are fetched by their escaped names', async () => {
  const files = [
    { path: 'with space/and #.bin', content: 70_001 },
    { path: '100%.bin', content: 20_000 },
    { path: 'empty.bin', content: 0 },
    { path: 'ünïcödé/最後?.bin', content: 123_456 },
    { path: 'plus+&=;.bin', content: 3 },
  ]
  await finishes({ name: 'a folder', files }, (server) => server.url)
  await finishes({ name: 'a folder', files }, (server) => `${server.url}/`)
})

test('padding is never asked for', async () => {
  const { asked } = await finishes(
    {
      name: 'padded',
      pieceLength: 32 * kib,
      files: [
        { path: 'one.bin', content: 50_000 },
        { path: '.pad/15536', content: Buffer.alloc(15_536), padding: true },
        { path: 'two.bin', content: 100_000 },
        { path: '.pad/31072', content: Buffer.alloc(31_072), padding: true },
        { path: 'three.bin', content: 5 },
      ],
    },
    (server) => server.url,
  )
  assert.equal([...new Set(asked.map(({ path }) => path))].sort(), [
    'padded/one.bin',
    'padded/three.bin',
    'padded/two.bin',
  ])
})

test('a web seed and a peer work side by side', async () => {
  const made = makeMetainfo({ content: 6 * 1024 * kib + 100, pieceLength: 256 * kib })
  await using server = await serveFiles(made.files, (_, response) => {
    response.socket?.setNoDelay()
    return false
  })
  const seed = await startSeed(made, { uploadLimit: 1024 * kib })
  await using peer = await download(made, [`${server.url}/${made.name}`])
  peer.dial(seed)
  await within(doneMs, 'the download', peer.done)
  assert.is(Buffer.compare(await peer.content(), made.content), 0)
  assert.ok(server.asked.length > 0)
  await seed.close()
})

function sumOf(asked: readonly AskedRange[]): number {
  return asked.reduce((sum, { start, end }) => sum + end - start, 0)
}

test.run()
