import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { startLibtorrent } from '../../peers/libtorrent.ts'
import { available } from '../../peers/tools.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder, within } from '../../support/suite.ts'
import { ExtendedPeer, type JoinOptions } from '../pex/extended-peer.ts'
import { startPeer, startSeed, type EnginePeer, type PeerOptions } from '../picker/fixture.ts'

const uploadOnly = suite('src/worker/session/engine/upload-only')
const deadlineMs = 15_000
const made = makeMetainfo({
  files: [
    { path: 'one', content: 64 * 1024 },
    { path: 'two', content: 64 * 1024 },
  ],
})
const half = made.pieceCount / 2
const isInFirst = (piece: number): boolean => piece < half

/** What a test starts, closed when it is over. */
class Stage extends AsyncDisposableStack {
  async ours(start: typeof startPeer, options: PeerOptions = {}): Promise<EnginePeer> {
    const peer = await start(made, options)
    const again = setInterval(() => peer.engine.drain(), 250) // as a session does
    return this.adopt(peer, async () => {
      clearInterval(again)
      await peer.close()
    })
  }

  async raw({ port }: { port: number }, says: JoinOptions['says'] = {}): Promise<ExtendedPeer> {
    const peer = await ExtendedPeer.join({ infoHash: made.infoHash, port, says })
    return this.adopt(peer, (one) => one.close())
  }

  async libtorrent(): Promise<Awaited<ReturnType<typeof startLibtorrent>>> {
    return this.adopt(await startLibtorrent(), (peer) => peer.stop())
  }
}

uploadOnly(
  'a peer is told anew, extensions and all, when nothing more is wanted, and when more is',
  async () => {
    await using stage = new Stage()
    const [leech, seed] = [await stage.ours(startPeer), await stage.ours(startSeed)]
    const watcher = await stage.raw(leech)
    const told = (): unknown[] => watcher.handshakes.map(({ upload_only: value }) => value)
    assert.equal(told(), [0])
    leech.picker.setPriority(new Uint8Array(half), half)
    leech.dial(seed)
    await eventually(deadlineMs, 'the half is there and told', () => told().length === 2)
    assert.is(leech.verified.length, half)
    leech.picker.setPriority(new Uint8Array(half).fill(4), half)
    await eventually(deadlineMs, 'all is there and told', () => told().length === 4)
    assert.equal(told(), [0, 1, 0, 1])
    assert.equal(watcher.handshakes[3]?.['m'], watcher.handshakes[0]?.['m'])
  },
)

uploadOnly('a peer that only uploads takes no slot', async () => {
  await using stage = new Stage()
  const ours = await stage.ours(startPeer, { has: isInFirst, torrent: { upload_slots: 1 } })
  const first = await stage.raw(ours, { upload_only: 1 })
  first.want()
  const second = await stage.raw(ours)
  second.want()
  await eventually(deadlineMs, 'the second is served', () => second.isUnchoked)
  assert.is(first.isUnchoked, false)
  second.shakeAgain({ upload_only: 1 })
  first.shakeAgain({ upload_only: 0 })
  await eventually(deadlineMs, 'the first is served, having changed its mind', () => first.isUnchoked)
})

uploadOnly('a connection whose ends want nothing is closed, unless the peer lacks the metadata', async () => {
  await using stage = new Stage()
  const ours = await stage.ours(startSeed, { has: isInFirst })
  const lacksMetadata = await stage.raw(ours, { upload_only: 1 })
  const wants = await stage.raw(ours, { metadata_size: made.rawInfo.length })
  const needless = await stage.raw(ours, { metadata_size: made.rawInfo.length, upload_only: 1 })
  await eventually(deadlineMs, 'the needless one is closed', () => needless.isClosed)
  assert.equal([lacksMetadata.isClosed, wants.isClosed], [false, false])
})

uploadOnly('a seed that was left is dialled again once something is wanted', async () => {
  await using stage = new Stage()
  const [partial, seed] = [await stage.ours(startSeed, { has: isInFirst }), await stage.ours(startSeed)]
  partial.dial(seed)
  await eventually(deadlineMs, 'they meet', () => partial.torrent.numPeers === 1)
  await eventually(deadlineMs, 'they part', () => partial.torrent.connections === 0)
  partial.picker.setPriority(new Uint8Array(made.pieceCount).fill(4))
  await within(deadlineMs, 'the download', partial.done)
})

if (available('libtorrent')) {
  const folder = (): string => temporaryFolder()
  const torrentFile = (): string => {
    const path = join(folder(), 'made.torrent')
    writeFileSync(path, made.bytes)
    return path
  }

  uploadOnly('libtorrent sees a partial seed, and one that it becomes is known as such', async () => {
    await using stage = new Stage()
    const theirs = await stage.libtorrent()
    await theirs.addPart(torrentFile(), folder(), [4, 0])
    const [partial, leech] = [
      await stage.ours(startSeed, { has: (piece) => piece === 0 }),
      await stage.ours(startPeer),
    ]
    partial.dial(theirs)
    leech.dial(theirs)
    // by what it was told: it leaves a partial seed at once from which it has everything
    await eventually(deadlineMs, 'it sees which of them is a partial seed', () => {
      const shakes = theirs.output().matchAll(/EXTENDED_HANDSHAKE[^\n]*'upload_only': (\d)/g)
      const told = new Set(Array.from(shakes, ([, value]) => value))
      return told.has('0') && told.has('1')
    })
    const seed = await stage.ours(startSeed)
    seed.dial(theirs)
    await theirs.complete(deadlineMs)
    await eventually(deadlineMs, 'it is known to be one', () =>
      leech.torrent.wires.some(({ peerExtendedHandshake: { upload_only: told } }) => told === 1),
    )
    await eventually(deadlineMs, 'seed and partial seed have left it', () => {
      return seed.torrent.connections + partial.torrent.connections === 0
    })
    assert.is(leech.torrent.numPeers, 1)
  })
}

uploadOnly.run()
