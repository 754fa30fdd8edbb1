import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { root } from '../../build/bundles.ts'
import { patched, patches } from '../../build/engine/apply-patches.ts'
import { loadEngine } from '../fuzz/bundled-engine.ts'
import { extended, frame, RawPeer } from '../hostile/raw-peer.ts'
import { startDownload } from '../hostile/live-download.ts'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { addTorrent, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const test = suite('build/engine/patches')

test('a patch whose place has moved fails the build and names it', () => {
  for (const { file, find } of patches) {
    const text = readFileSync(join(root, 'node_modules', file), 'utf8')
    assert.ok(patched(file, text) !== text)
    assert.throws(() => patched(file, text.replace(find, '')), /has 0 places/)
    assert.throws(() => patched(file, text + find), /has 2 places/)
  }
})

test('many encrypted handshakes make one Diffie-Hellman group', async () => {
  const engine = await loadEngine()
  const { createDiffieHellman } = crypto
  let made = 0
  Object.assign(crypto, {
    createDiffieHellman: (...args: Parameters<typeof createDiffieHellman>) => {
      made += 1
      return createDiffieHellman(...args)
    },
  })
  try {
    for (let round = 0; round < 20; round += 1) engine.readStream(crypto.randomBytes(200), true)
  } finally {
    Object.assign(crypto, { createDiffieHellman })
  }
  assert.is(made, 1)
})

test('a peer that names 200,000 pieces in order does not silence the session', async () => {
  const pieceCount = 200_000
  const rawInfo = Buffer.from(
    encodeBencode({
      name: 'many',
      length: pieceCount * 1024,
      'piece length': 1024,
      pieces: crypto.randomBytes(pieceCount * 20),
    }),
  )
  await using download = await startDownload(8)
  const { server, session, port } = download
  const file = Buffer.concat([Buffer.from('d4:info'), rawInfo, Buffer.from('e')])
  const infoHash = crypto.createHash('sha1').update(rawInfo).digest('hex')
  await addTorrent(server.rest, session, { file, save_path: 'many' })
  await whenState(server.rest, session, infoHash, 'downloading')
  const peer = await RawPeer.join(port, infoHash)
  peer.send(frame(5, [], Buffer.alloc(pieceCount / 8)))
  for (let piece = 0; piece < pieceCount; piece += 1) peer.send(frame(4, [piece]))
  await eventually(60_000, 'the peer to be known as a seed', async () => {
    const torrent = await server.rest.call('get_torrent', { session_id: session.id, info_hash: infoHash })
    return torrent.num_seeds === 1
  })
  peer.destroy()
  await download.finishes()
})

test('a peer that no longer says it has everything is not taken for a seed and choked', async () => {
  const pieceCount = 8
  const allButLast = frame(5, [], Buffer.from([0xfe]))
  const ways: Record<string, (peer: RawPeer) => Promise<void>> = {
    'it took the first piece back': async (peer) => {
      const number = await peer.extensionNumber('lt_donthave')
      peer.send(allButLast, extended(number, Buffer.alloc(4)), frame(4, [pieceCount - 1]))
    },
    'its second bitfield has the last piece alone': (peer) => {
      peer.send(allButLast, frame(5, [], Buffer.from([0x01])))
      return Promise.resolve()
    },
  }
  await using download = await startDownload(pieceCount)
  await download.goesOn()
  for (const [way, say] of Object.entries(ways)) {
    const peer = await RawPeer.join(download.port, download.made.infoHash)
    const heard = (type: number): Buffer | undefined => peer.messages.find((body) => body[0] === type)
    const there = await eventually(10_000, 'the bitfield of the session', () => heard(5))
    peer.send(frame(2))
    await eventually(10_000, 'an unchoke', () => heard(1))
    await say(peer)
    peer.send(frame(6, [Math.clz32((there[1] ?? 0) << 24), 0, 16 * 1024]))
    await eventually(10_000, 'the block', () => heard(7))
    assert.is(heard(0), undefined, `${way}: it is choked`)
    peer.destroy()
  }
  await download.finishes()
})

test.run()
