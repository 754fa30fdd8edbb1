/** A magnet gets its metadata from a good peer while hostile ones answer, and nothing they say is believed. */
import { createHash, randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenTorrent } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'
import { startDownload } from './live-download.ts'
import { extended, frame, handshake, RawPeer } from './raw-peer.ts'

const metadata = suite('test/hostile/metadata')
const block = 16 * 1024
const data = (piece: number, total: number, bytes: Buffer): Buffer =>
  extended(3, Buffer.concat([encodeBencode({ msg_type: 1, piece, total_size: total }), bytes]))

/** What a peer with metadata of this length says when it is asked for a piece. */
const liars: Record<string, { size: (made: MadeMetainfo) => number; says: (piece: number, made: MadeMetainfo) => Buffer }> = {
  'other bytes': { size: sizeOf, says: (piece, made) => data(piece, sizeOf(made), randomBytes(blockOf(made, piece))) },
  'a block too short': { size: sizeOf, says: (piece, made) => data(piece, sizeOf(made), Buffer.alloc(7)) },
  'a block of another size': { size: sizeOf, says: (piece) => data(piece, 7, Buffer.alloc(7)) },
  'a block that was not asked for, again and again': { size: sizeOf, says: () => Buffer.concat(Array.from({ length: 100 }, () => data(0, 7, Buffer.alloc(7)))) },
  'a block far out of range': { size: sizeOf, says: (_, made) => data(90_000, sizeOf(made), Buffer.alloc(block)) },
  'rejects without end': { size: sizeOf, says: (piece) => Buffer.concat(Array.from({ length: 200 }, () => extended(3, { msg_type: 2, piece }))) },
  'no bencode': { size: sizeOf, says: () => extended(3, Buffer.from('-1:')) },
  'ten megabytes of nothing': { size: () => 10_000_000, says: (piece) => data(piece, 10_000_000, Buffer.alloc(Math.min(block, 10_000_000 - piece * block))) },
} // prettier-ignore

metadata('hostile metadata is refused beside a download, the true one arrives, and both go on', async () => {
  await using download = await startDownload(8)
  const { server, session } = download
  const made = makeMetainfo({ name: 'wanted', content: block * 2000, pieceLength: block })
  assert.ok(made.rawInfo.length > block * 2, 'the metadata has several blocks')
  await addTorrent(server.rest, session, { magnet: `magnet:?xt=urn:btih:${made.infoHash}` })
  const hostile = await Promise.all(
    Object.entries(liars).map(async ([title, { size, says }]) => {
      const peer = await joinWithMetadata(session.port, made, size(made), says)
      return { title, peer }
    }),
  )
  for (const { title, peer } of hostile) {
    await peer.closed().catch(() => assert.unreachable(`${title}: still connected`))
  }
  await download.goesOn()
  const silent = await joinWithMetadata(session.port, made, sizeOf(made), () => Buffer.alloc(0))
  const good = await joinWithMetadata(session.port, made, sizeOf(made), (piece) =>
    data(piece, sizeOf(made), made.rawInfo.subarray(piece * block, (piece + 1) * block)),
  )
  const torrent = await whenTorrent(
    server.rest,
    session,
    made.infoHash,
    ({ state }) => state === 'downloading',
  )
  assert.is(torrent.name, made.name)
  for (const peer of [silent, good]) peer.destroy()
  await download.finishes()
})

metadata('a peer whose pieces fit no metadata is closed when the metadata comes', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const session = await openSession(server.rest)
  const made = makeMetainfo({ content: block * 20, pieceLength: block })
  await addTorrent(server.rest, session, { magnet: `magnet:?xt=urn:btih:${made.infoHash}` })
  const claims = [
    frame(5, [], Buffer.alloc(20_000, 0xff)),
    frame(4, [200_000]),
    Buffer.concat([frame(14), frame(17, [200_000])]),
  ]
  const peers = await Promise.all(
    claims.map(async (bytes) => {
      const peer = await RawPeer.join(session.port, made.infoHash)
      peer.send(bytes)
      return peer
    }),
  )
  const good = await joinWithMetadata(session.port, made, sizeOf(made), (piece) =>
    data(piece, sizeOf(made), made.rawInfo.subarray(piece * block, (piece + 1) * block)),
  )
  for (const peer of peers) await peer.closed()
  assert.not.ok(good.isClosed)
  good.destroy()
})

metadata('metadata of a true hash that breaks a rule of metainfo opens no file', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const session = await openSession(server.rest)
  const rawInfo = Buffer.from(
    encodeBencode({ name: '..', length: 100, 'piece length': block, pieces: Buffer.alloc(20) }),
  )
  const infoHash = createHash('sha1').update(rawInfo).digest('hex')
  const made = { ...makeMetainfo(), rawInfo, infoHash }
  await addTorrent(server.rest, session, { magnet: `magnet:?xt=urn:btih:${infoHash}` })
  const peer = await joinWithMetadata(session.port, made, rawInfo.length, () =>
    data(0, rawInfo.length, rawInfo),
  )
  const torrent = await whenTorrent(server.rest, session, infoHash, ({ state }) => state === 'error')
  assert.is(torrent.error?.code, 'invalid_metainfo')
  peer.destroy()
})

function sizeOf({ rawInfo }: MadeMetainfo): number {
  return rawInfo.length
}

function blockOf({ rawInfo }: MadeMetainfo, piece: number): number {
  return Math.min(block, rawInfo.length - piece * block)
}

/** A peer that offers metadata of a length and answers each request for it. */
async function joinWithMetadata(
  port: number,
  made: MadeMetainfo,
  size: number,
  says: (piece: number, made: MadeMetainfo) => Buffer,
): Promise<RawPeer> {
  const peer = await RawPeer.connect(port)
  let theirs = 0
  peer.onMessage = (body) => {
    if (body[0] !== 20) return
    const text = body.subarray(2).toString('latin1')
    if (body[1] === 0) theirs = Number(/11:ut_metadatai(\d+)e/.exec(text)?.[1])
    const piece = /8:msg_typei0e5:piecei(\d+)e/.exec(text)?.[1]
    if (body[1] === 5 && piece !== undefined) peer.send(renumbered(says(Number(piece), made), theirs))
  }
  peer.send(handshake(made.infoHash), extended(0, { m: { ut_metadata: 5 }, metadata_size: size }))
  return peer
}

/** The messages with the number that the session gave to the extension. */
function renumbered(bytes: Buffer, number: number): Buffer {
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) bytes[at + 5] = number
  return bytes
}

metadata.run()
