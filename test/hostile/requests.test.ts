/** A peer that asks without end and never reads holds a bounded part of the session's memory. */
import Wire from 'bittorrent-protocol'
import type { Wire as WireObject } from 'webtorrent'
import * as assert from 'uvu/assert'
import { hardenWires } from '../../src/worker/session/engine/harden/harden-wires.ts'
import { mostRequests } from '../../src/worker/session/engine/harden/serve-requests.ts'
import { ownHandshake } from '../../src/worker/session/engine/own-handshake.ts'
import { guardOf, mostBacklog } from '../../src/worker/session/engine/harden/wire-guard.ts'
import { eventually, suite, within } from '../support/suite.ts'
import { startDownload } from './live-download.ts'
import { extended, frame, handshake, RawPeer } from './raw-peer.ts'

const requests = suite('test/hostile/requests')
const block = 16 * 1024
const pieceCount = 1000
const infoHash = 'ab'.repeat(20)
type Respond = (error: null, bytes: Uint8Array) => void

hardenWires()

/** A wire whose peer shook hands, and the answers that its requests wait for. */
function openWire(): { wire: WireObject; answers: (() => void)[] } {
  const wire = new Wire('tcpIncoming', 0)
  const answers: (() => void)[] = []
  const facts = { pieceCount, pieceLength: block, length: pieceCount * block }
  Object.assign(guardOf(wire), { facts, has: () => true })
  wire.on('request', (_piece: number, _offset: number, length: number, respond: Respond) =>
    answers.push(() => respond(null, Buffer.alloc(length))),
  )
  wire.write(handshake(infoHash))
  wire.handshake(infoHash, 'cd'.repeat(20), { fast: true })
  return { wire, answers }
}

requests('no more than 512 requests are queued, and no more than 1 MiB is served ahead', async () => {
  const { wire, answers } = openWire()
  wire.unchoke()
  const one = frame(6, [1, 0, block])
  for (let round = 0; round < 50; round += 1) wire.write(Buffer.alloc(one.length * 3000, one))
  await eventually(5000, 'the requests', () => wire.peerRequests.length >= mostRequests)
  assert.is(wire.peerRequests.length, mostRequests)
  assert.ok(answers.length > 0 && answers.length <= mostBacklog / block, `${answers.length}`)
  for (let round = 0; round < 500; round += 1) {
    answers.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(wire.peerRequests.length <= mostRequests)
    assert.ok(wire._readableState.buffered <= mostBacklog + block, `${wire._readableState.buffered}`)
  }
  wire.destroy()
})

requests('a peer that asks for as many blocks as it is told it may is not stalled', async () => {
  const { wire } = openWire()
  wire.unchoke()
  const { reqq } = ownHandshake({ userAgent: 'test', port: 1 }, wire)
  for (let piece = 0; piece < Number(reqq); piece += 1) wire.write(frame(6, [piece, 0, block]))
  assert.ok(Number(reqq) >= 500, 'as many as libtorrent asks for where it may')
  await eventually(5000, 'the requests', () => wire.peerRequests.length === reqq)
  assert.not(guardOf(wire).isStalled)
  wire.destroy()
})

requests('a peer that reads gets everything that it asked for', async () => {
  const { wire, answers } = openWire()
  wire.unchoke()
  let sent = 0
  wire.on('upload', (bytes: number) => (sent += bytes))
  wire.on('data', () => undefined)
  const asked = 2000
  for (let piece = 0; piece < asked; piece += 1) wire.write(frame(6, [piece % pieceCount, 0, block]))
  await eventually(10_000, 'all blocks', () => {
    for (const answer of answers.splice(0)) answer()
    return sent === asked * block
  })
  wire.destroy()
})

for (const [what, flood] of [
  ['requests while it is choked', () => frame(6, [1, 0, block])],
  ['requests for metadata', () => extended(1, { msg_type: 0, piece: 0 })],
] as const) {
  requests(`answers to ${what} that it never reads end at 1 MiB`, async () => {
    const { wire } = openWire()
    wire.use(Rejecting)
    const one = flood()
    for (let round = 0; round < 200; round += 1) wire.write(Buffer.alloc(one.length * 1000, one))
    await eventually(5000, 'the end of reading', () => guardOf(wire).isStalled)
    assert.ok(wire._readableState.buffered <= mostBacklog + block, `${wire._readableState.buffered}`)
    wire.destroy()
  })
}

requests('a connection that ends while nothing is read of it ends', async () => {
  const { wire } = openWire()
  wire.unchoke()
  const one = frame(6, [1, 0, block])
  wire.write(Buffer.alloc(one.length * 3000, one))
  await eventually(5000, 'the end of reading', () => guardOf(wire).isStalled)
  let isClosed = false
  wire.on('close', () => (isClosed = true))
  wire.destroy()
  await eventually(5000, 'the end', () => isClosed)
})

requests('peers that ask without end and never read leave the download beside them alone', async () => {
  const pieces = Array.from({ length: 12 }, (_, piece) => piece)
  await using download = await startDownload(pieces.length)
  await download.goesOn()
  const flooders = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const peer = await RawPeer.join(download.port, download.made.infoHash)
      const unchoked = new Promise<void>((done) => {
        peer.onMessage = ([type]) => {
          if (type === 1) done()
        }
      })
      peer.send(frame(15), frame(2))
      await within(20_000, 'the unchoke', unchoked)
      peer.socket.pause()
      const asked = Buffer.concat(pieces.map((piece) => frame(6, [piece, 0, block])))
      for (let round = 0; round < 20; round += 1) peer.send(Buffer.alloc(asked.length * 250, asked))
      return peer
    }),
  )
  await download.goesOn()
  await download.finishes()
  for (const peer of flooders) peer.destroy()
})

/** Answers each message with one of 16 KiB. */
class Rejecting {
  readonly #wire: WireObject

  constructor(wire: WireObject) {
    this.#wire = wire
    wire.peerExtendedMapping['ut_metadata'] = 1
  }

  onExtendedHandshake(): void {
    return
  }

  onMessage(): void {
    this.#wire.extended('ut_metadata', Buffer.alloc(block - 100))
  }
}
Object.defineProperty(Rejecting.prototype, 'name', { value: 'ut_metadata' })

requests.run()
