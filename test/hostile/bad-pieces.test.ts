/** Peers that send wrong bytes lose their connection for good; those who had part in a bad piece keep theirs. */
import { randomInt } from 'node:crypto'
import * as assert from 'uvu/assert'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import { extended, frame, RawPeer } from './raw-peer.ts'

const badPieces = suite('test/hostile/bad-pieces')
const block = 16 * 1024
const blocksPerPiece = 64
const finishesWithinMs = 30_000

/** What a peer makes of a request: the bytes that it sends, or undefined where it refuses. */
type Serve = (piece: number, offset: number, bytes: Buffer) => Buffer | undefined

const truth: Serve = (_piece, _offset, bytes) => bytes
const spoilt = (bytes: Buffer): Buffer => Buffer.from(bytes).fill(bytes[0] === 0 ? 1 : 0, 0, 1)

/** Liars that mix with peers who tell the truth. */
const liars: Record<string, () => Serve> = {
  'lies always': () => (_piece, _offset, bytes) => spoilt(bytes),
  'spoils one block of each piece': () => {
    const seen = new Set<number>()
    return (piece, _offset, bytes) => {
      if (seen.has(piece)) return bytes
      seen.add(piece)
      return spoilt(bytes)
    }
  },
  'spoils one block and refuses the rest of its piece': () => {
    const seen = new Set<number>()
    return (piece, _offset, bytes) => {
      if (seen.has(piece)) return undefined
      seen.add(piece)
      return spoilt(bytes)
    }
  },
}

badPieces('a liar is banned at its first bad piece, and who shares pieces with it stays', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
  const session = await openSession(server.rest)
  await Promise.all([
    isBannedAfterOnePiece(server, session),
    ...Object.entries(liars).flatMap(([title, makeServe]) =>
      [1, 2].map((goods) => isFoundOut(server, session, `${title}, beside ${goods}`, makeServe(), goods)),
    ),
  ])
  const { restarts } = await server.rest.call('get_session', { session_id: session.id })
  assert.is(restarts, 0)
})

async function isBannedAfterOnePiece(server: TestServer, session: SessionView): Promise<void> {
  const made = makeMetainfo({ content: block * 400, pieceLength: block * 4, seed: 'sole' })
  await addTorrent(server.rest, session, { file: made.bytes, save_path: 'sole' })
  await whenState(server.rest, session, made.infoHash, 'downloading')
  const port = randomInt(2000, 60_000)
  let sent = 0
  const liar = await join(session, made, port, (_piece, _offset, bytes) => {
    sent += 1
    return sent <= 4 ? spoilt(bytes) : undefined
  })
  liar.send(frame(1))
  await liar.closed()
  assert.ok(sent >= 4, `${sent}`)
  const again = await join(session, made, port, truth)
  again.send(frame(1))
  await again.closed()
}

/** A download from some who tell the truth and one who does not comes to its end, and only the liar is gone. */
async function isFoundOut(
  server: TestServer,
  session: SessionView,
  title: string,
  serve: Serve,
  goods: number,
): Promise<void> {
  const made = makeMetainfo({
    content: block * blocksPerPiece * 4,
    pieceLength: block * blocksPerPiece,
    seed: title,
  })
  await addTorrent(server.rest, session, { file: made.bytes, save_path: title })
  await whenState(server.rest, session, made.infoHash, 'downloading')
  const liar = await join(session, made, undefined, serve)
  const good = await Promise.all(Array.from({ length: goods }, () => join(session, made, undefined, truth)))
  for (const peer of [liar, ...good]) peer.send(frame(1))
  await eventually(finishesWithinMs, title, async () => {
    const { state } = await server.rest.call('get_torrent', {
      session_id: session.id,
      info_hash: made.infoHash,
    })
    for (const peer of good) assert.not.ok(peer.isClosed, `${title}: one who told the truth was closed`)
    return state === 'seeding'
  })
  await liar.closed()
  for (const peer of good) peer.destroy()
}

/** A peer that has everything and takes connections at a port, if it says one; it chokes until it is told not to. */
async function join(
  session: SessionView,
  made: MadeMetainfo,
  port: number | undefined,
  serve: Serve,
): Promise<RawPeer> {
  const peer = await RawPeer.join(session.port, made.infoHash)
  peer.onMessage = (body) => {
    if (body[0] !== 6) return
    const [piece, offset, length] = [body.readUInt32BE(1), body.readUInt32BE(5), body.readUInt32BE(9)]
    const start = piece * made.pieceLength + offset
    const bytes = serve(piece, offset, made.content.subarray(start, start + length))
    // a turn later, so that no peer brings a piece before another was asked for a part of it
    setImmediate(() =>
      peer.send(bytes ? frame(7, [piece, offset], bytes) : frame(16, [piece, offset, length])),
    )
  }
  peer.send(frame(14), ...(port === undefined ? [] : [extended(0, { m: {}, p: port })]))
  return peer
}

badPieces.run()
