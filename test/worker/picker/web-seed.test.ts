/** The engine's own web seeds (BEP 19) under the picker; the client is made here, since ours has them off. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import WebTorrent from 'webtorrent'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { describe } from '../../../src/worker/session/engine/content.ts'
import { attachPicker } from '../../../src/worker/session/engine/picker/attach-picker.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { makeMetainfo, type MadeMetainfo } from '../../support/metainfo.ts'
import { suite, within } from '../../support/suite.ts'
import { startSeed } from './fixture.ts'

const test = suite('worker/session/engine/picker: web seeds')
const kib = 1024

/** Serves ranges of the content, and keeps which. */
async function serve(made: MadeMetainfo, ranges: [number, number][]): Promise<Server> {
  const server = createServer((request, response) => {
    const [start = 0, end = 0] = (request.headers.range ?? '').replace('bytes=', '').split('-').map(Number)
    ranges.push([start, end + 1])
    response.writeHead(206).end(made.content.subarray(start, end + 1))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

test('a web seed is asked for whole pieces, beside a peer', async () => {
  const made = makeMetainfo({ content: 6 * 1024 * kib + 100, pieceLength: 256 * kib })
  await using things = new AsyncDisposableStack()
  const ranges: [number, number][] = []
  const server = things.adopt(await serve(made, ranges), (one) => {
    one.closeAllConnections()
    one.close()
  })
  const seed = things.adopt(await startSeed(made, { uploadLimit: 512 * kib }), (peer) => peer.close())
  const client = things.adopt(
    new WebTorrent({
      peerId: randomBytes(20).toString('hex'),
      dht: false,
      lsd: false,
      tracker: false,
      natUpnp: false,
      natPmp: false,
      utp: false,
    }),
    (one) => new Promise<void>((resolve) => one.destroy(() => resolve())),
  )
  const info = parseInfo(made.rawInfo)
  const pieces = new MemoryPieceStore(info, new MemoryBudget(made.length))
  const bits = new Uint8Array(Math.ceil(info.pieceCount / 8))
  const store = new EngineStore(pieces)
  const torrent = client.add(describe(made.infoHash, { info, rawInfo: made.rawInfo, bits, store }), {
    deselect: true,
    storeCacheSlots: 0,
    preloadedStore: store,
    bitfield: bits,
  })
  torrent._verifyPieces = (callback) => callback(null)
  await once(torrent, 'ready')
  attachPicker(torrent)
  const done = once(torrent, 'done')
  torrent.addPeer(`127.0.0.1:${seed.port}`)
  torrent.addWebSeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}/content`)
  await within(30_000, 'the download', done)
  for (let piece = 0; piece < made.pieceCount; piece += 1) {
    const bytes = await pieces.read(piece, 0, pieces.pieceSize(piece))
    assert.is(
      Buffer.compare(bytes, made.content.subarray(piece * made.pieceLength).subarray(0, bytes.length)),
      0,
    )
  }
  const whole = ranges.filter(
    ([start, end]) => start % made.pieceLength === 0 && end - start === made.pieceLength,
  )
  assert.ok(whole.length > 0, JSON.stringify(ranges))
})

test.run()
