/** The fast extension (BEP 6) in real frames, between a real engine and a peer that says what a test tells it to. */
import * as assert from 'uvu/assert'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { frame, RawPeer } from '../../hostile/raw-peer.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite } from '../../support/suite.ts'
import { startPeer, startSeed, type EnginePeer, type PeerOptions } from '../picker/fixture.ts'

const fast = suite('src/worker/session/engine: fast extension')
const kib = 1024
const waitMs = 10_000
const made = makeMetainfo({ content: 2048 * kib, pieceLength: 256 * kib })
const id = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  uninterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
}
const fastId = { suggest: 13, haveAll: 14, haveNone: 15, reject: 16, allowedFast: 17 }

class Stage extends AsyncDisposableStack {
  async ours(start: typeof startPeer, options: PeerOptions = {}): Promise<EnginePeer> {
    return this.adopt(await start(made, options), (peer) => peer.close())
  }

  async raw({ port }: { port: number }): Promise<RawPeer> {
    return this.adopt(await RawPeer.join(port, made.infoHash), (peer) => peer.destroy())
  }
}

async function heard(peer: RawPeer, type: number, count = 1): Promise<Buffer[]> {
  const of = (): Buffer[] => peer.messages.filter((body) => body[0] === type)
  await eventually(waitMs, `${count} of ${type}`, () => of().length >= count)
  return of()
}

/** The numbers of four bytes after the type. */
function numbersOf(body: Buffer): number[] {
  return Array.from({ length: Math.min(3, (body.length - 1) >> 2) }, (_, at) => body.readUInt32BE(1 + at * 4))
}

fast(
  'a seed says that it has all, who has nothing says that, and anybody else sends a bitfield',
  async () => {
    await using stage = new Stage()
    const cases: [typeof startPeer, PeerOptions, number][] = [
      [startSeed, {}, fastId.haveAll],
      [startPeer, {}, fastId.haveNone],
      [startPeer, { has: (piece) => piece === 3 }, id.bitfield],
    ]
    for (const [start, options, said] of cases) {
      const raw = await stage.raw(await stage.ours(start, options))
      const pieces = await eventually(waitMs, 'what it has', () => {
        return raw.messages.find(([type = 0]) =>
          [fastId.haveAll, fastId.haveNone, id.bitfield].includes(type),
        )
      })
      assert.is(pieces[0], said)
      assert.is(pieces.length, said === id.bitfield ? 2 : 1)
    }
  },
)

fast('a request of a choked peer is rejected, and a choke rejects each that is owed', async () => {
  await using stage = new Stage()
  const seed = await stage.ours(startSeed, { uploadLimit: 16 * kib })
  const raw = await stage.raw(seed)
  raw.send(frame(fastId.haveNone), frame(id.request, [1, 16 * kib, 16 * kib]))
  const [first] = await heard(raw, fastId.reject)
  assert.equal(first && numbersOf(first), [1, 16 * kib, 16 * kib])
  raw.send(frame(id.interested))
  await heard(raw, id.unchoke)
  raw.messages.length = 0
  const asked = Array.from({ length: 16 }, (_, block) => [2, block * 16 * kib, 16 * kib])
  raw.send(...asked.map((numbers) => frame(id.request, numbers)))
  await heard(raw, id.piece)
  seed.torrent.configure({ ...defaultTorrentOptions, upload_slots: 0 })
  await heard(raw, id.choke)
  const ends = (): Buffer[] => raw.messages.filter(([type = 0]) => [id.piece, fastId.reject].includes(type))
  await eventually(waitMs, 'an end of each request', () => ends().length >= asked.length)
  const offsets = ends().map((body) => numbersOf(body)[1] ?? 0)
  assert.equal(
    offsets.sort((a, b) => a - b),
    asked.map(([, offset]) => offset),
  )
  assert.ok(ends().filter(([type]) => type === fastId.reject).length > 0)
})

fast(
  'who has nothing is of no interest, is once it has a piece; what it allows is asked while it chokes',
  async () => {
    await using stage = new Stage()
    const raw = await stage.raw(await stage.ours(startPeer))
    raw.send(frame(fastId.haveNone))
    await heard(raw, fastId.haveNone)
    assert.is(
      raw.messages.some(([type]) => type === id.interested),
      false,
    )
    raw.send(frame(id.have, [5]), frame(id.have, [6]))
    await heard(raw, id.interested)
    raw.send(frame(fastId.suggest, [6])) // taken, and nothing is asked of who chokes
    raw.send(frame(fastId.allowedFast, [5]))
    const blocks = await heard(raw, id.request, 16)
    assert.equal(new Set(blocks.map((body) => numbersOf(body)[0])), new Set([5]))
    raw.send(frame(fastId.reject, numbersOf(blocks[0] ?? Buffer.alloc(13))), frame(id.unchoke))
    const more = await heard(raw, id.request, 33)
    const keys = more.map((body) => numbersOf(body).join('/'))
    assert.is(new Set(keys).size, 32)
    assert.is(raw.isClosed, false)
  },
)

fast.run()
