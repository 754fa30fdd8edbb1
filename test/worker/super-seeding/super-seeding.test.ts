import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { startLibtorrent } from '../../peers/libtorrent.ts'
import { available } from '../../peers/tools.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder, within } from '../../support/suite.ts'
import { startPeer, startSeed } from '../picker/fixture.ts'

const superSeeding = suite('src/worker/session/engine/super-seeding')
const deadlineMs = 30_000
const made = makeMetainfo({ content: 4 * 1024 * 1024, pieceLength: 64 * 1024 })
const torrent = { super_seeding: true }
const slow = { upload_limit: 1 }

superSeeding('a lone peer is told of pieces a few at a time, and gets all', async () => {
  await using stack = new AsyncDisposableStack()
  const seed = stack.adopt(await startSeed(made, { torrent }), (peer) => peer.close())
  const leech = stack.adopt(await startPeer(made), (peer) => peer.close())
  let most = 0
  leech.dial(seed)
  const known = (): number => leech.picker.availability().reduce((sum, count) => sum + count, 0)
  const watch = setInterval(() => (most = Math.max(most, known() - leech.verified.length)), 1)
  stack.defer(() => clearInterval(watch))
  await within(deadlineMs, 'the download', leech.done)
  assert.ok(most <= 2, `it knew of ${most} that it lacked`)
})

superSeeding('switched off, it tells everybody of everything, and that it only uploads', async () => {
  await using stack = new AsyncDisposableStack()
  const seed = stack.adopt(await startSeed(made, { torrent: { ...torrent, ...slow } }), (peer) =>
    peer.close(),
  )
  const leech = stack.adopt(await startPeer(made), (peer) => peer.close())
  leech.dial(seed)
  const known = (): number => leech.picker.availability().reduce((sum, count) => sum + count, 0)
  await eventually(deadlineMs, 'pieces are told of', () => known() > 0)
  assert.ok(known() < made.pieceCount / 2)
  assert.is(leech.torrent.numSeeds, 0)
  assert.is(leech.torrent.wires[0]?.peerExtendedHandshake.upload_only, 0)
  seed.torrent.configure({ ...defaultTorrentOptions, ...slow })
  await eventually(deadlineMs, 'it is a seed', () => leech.torrent.numSeeds === 1)
  await eventually(
    deadlineMs,
    'it says so',
    () => leech.torrent.wires[0]?.peerExtendedHandshake.upload_only === 1,
  )
})

if (available('libtorrent')) {
  superSeeding('three peers of libtorrent get all from each other, each piece once from us', async () => {
    await using stack = new AsyncDisposableStack()
    const file = join(temporaryFolder(), 'made.torrent')
    writeFileSync(file, made.bytes)
    const seed = stack.adopt(await startSeed(made, { torrent: { ...torrent, ...slow } }), (peer) =>
      peer.close(),
    )
    const start = async (): Promise<Awaited<ReturnType<typeof startLibtorrent>>> => {
      const peer = stack.adopt(await startLibtorrent(), (one) => one.stop())
      await peer.add({ torrent: file }, temporaryFolder())
      return peer
    }
    const peers = await Promise.all([start(), start(), start()])
    for (const [at, peer] of peers.entries())
      for (const other of peers.slice(at + 1)) await peer.connect(other.host, other.port)
    for (const peer of peers) await peer.connect('127.0.0.1', seed.port)
    // one that is alone with the seed gets all, and leaves when it has that
    for (const peer of peers)
      await eventually(deadlineMs, 'all have met', async () => (await peer.peers()).length === peers.length)
    seed.torrent.configure({ ...defaultTorrentOptions, ...torrent })
    await Promise.all(peers.map((peer) => peer.complete(deadlineMs)))
    assert.ok(seed.sent <= made.length * 1.3, `${seed.sent / made.length} times the content was sent`)
    assert.ok(seed.sent >= made.length)
  })
}

superSeeding.run()
