/** The limits of a session hold against real peers. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { closeOrigins, startTcp } from '../outward/origin.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { shareServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, within } from '../support/suite.ts'

const limits = suite('test/e2e/limits')
const shared = shareServer(limits, { ALLOW_PRIVATE_PEERS: 'loopback' })
const options = { content: 3_000_000, pieceLength: 64 * 1024 }
const limit = 1_000_000
/** Half the time that the limit asks for: what comes at once is not counted against a session. */
const leastMs = (options.content / limit) * 1000 * 0.5
const mostPeers = 2

limits.after.each(closeOrigins)

caseWith(limits, 'a session with download_limit takes its time', ['libtorrent'], async () => {
  const server = shared()
  await using seed = await startSeed(options)
  const session = await openSession(server.rest, { download_limit: limit })
  await addTorrent(server.rest, session, { file: seed.made.bytes })
  await whenState(server.rest, session, seed.made.infoHash, 'downloading')
  const startedAt = Date.now()
  await seed.dial(session.port)
  await whenState(server.rest, session, seed.made.infoHash, 'seeding')
  const ms = Date.now() - startedAt
  assert.ok(ms > leastMs, `${options.content} bytes in ${ms} ms`)
})

caseWith(limits, 'a session with upload_limit takes its time', ['libtorrent'], async () => {
  const server = shared()
  const made = makeMetainfo(options)
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest, { upload_limit: limit })
  await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'seeding')
  await using leech = await startLeech(made)
  const startedAt = Date.now()
  await leech.download(session.port)
  const ms = Date.now() - startedAt
  assert.ok(ms > leastMs, `${options.content} bytes in ${ms} ms`)
})

limits('a session never takes more connections than max_peers', async () => {
  const server = shared()
  const session = await openSession(server.rest, { max_peers: mostPeers })
  const made = makeMetainfo()
  await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'downloading')
  const dialled: Socket[] = []
  for (let i = 0; i < mostPeers; i += 1) {
    const socket = shakeHands(session.port, made.infoHash, `peer ${i}`)
    dialled.push(socket)
    await within(10_000, 'the handshake', once(socket, 'data'))
  }
  for (let i = 0; i < 4; i += 1) {
    const refused = shakeHands(session.port, made.infoHash, `late ${i}`)
    // it may be closed with a reset, which `once` would throw
    await eventually(10_000, 'the end of a connection that is too many', () => refused.destroyed)
  }
  const { num_peers } = await whenState(server.rest, session, made.infoHash, 'downloading')
  assert.ok(num_peers <= mostPeers)
  assert.ok(dialled.every((socket) => !socket.destroyed))
  await server.rest.call('update_session', { session_id: session.id, max_peers: 1 })
  const left = () => dialled.filter((socket) => !socket.destroyed).length
  await eventually(10_000, 'those above a lower bound to be closed', () => left() === 1)
  for (const socket of dialled) socket.destroy()
})

const heldMs = 100

limits('a session never opens more connections than max_peers', async () => {
  const server = shared()
  const session = await openSession(server.rest, { max_peers: mostPeers })
  const open = new Set<Socket>()
  let most = 0
  const listening = await Promise.all(
    Array.from({ length: 6 }, async () => {
      return await startTcp((socket) => {
        open.add(socket)
        most = Math.max(most, open.size)
        socket.once('data', () => {
          // held for a while, and given up by this side: the next one can only come after that
          setTimeout(() => {
            open.delete(socket)
            socket.end()
          }, heldMs)
        })
      })
    }),
  )
  const named = listening.map(({ port }) => `&x.pe=127.0.0.1:${port}`).join('')
  await addTorrent(server.rest, session, { magnet: `magnet:?xt=urn:btih:${'cd'.repeat(20)}${named}` })
  await eventually(20_000, 'every peer is dialled', () =>
    listening.every(({ connections }) => connections > 0),
  )
  assert.ok(most <= mostPeers, `${most} connections at once`)
})

const flood = 2000

caseWith(limits, 'in a flood of 2,000 connections a good peer still comes in', ['libtorrent'], async () => {
  const server = shared()
  await using seed = await startSeed(options)
  const session = await openSession(server.rest, { max_peers: 20 })
  const { infoHash } = seed.made
  await addTorrent(server.rest, session, { file: seed.made.bytes })
  await whenState(server.rest, session, infoHash, 'downloading')
  const sockets = Array.from({ length: flood }, (_, i) => shakeHands(session.port, infoHash, `flood ${i}`))
  using _ = { [Symbol.dispose]: () => sockets.forEach((socket) => socket.destroy()) }
  const isOpen = (socket: Socket): boolean => !socket.destroyed && !socket.connecting
  await eventually(20_000, 'the flood is taken or turned away', () =>
    sockets.every((socket) => socket.bytesRead > 0 || socket.destroyed),
  )
  await eventually(20_000, 'no more than 20 connections are held', () => {
    const held = sockets.filter(isOpen).length
    return held > 0 && held <= 20
  })
  let dialledAt = -Infinity
  await eventually(20_000, 'the download', async () => {
    if (performance.now() - dialledAt > 1000) {
      dialledAt = performance.now() // each attempt costs both ends a handshake
      await seed.dial(session.port)
    }
    const { state } = await server.rest.call('get_torrent', { session_id: session.id, info_hash: infoHash })
    return state === 'seeding'
  })
})

/** A connection that says which torrent it wants (BEP 3). */
function shakeHands(port: number, infoHash: string, name: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined).resume() // its end is seen only by who reads
  const peerId = `-XX0000-${name.padEnd(12, '-')}`
  const head = Buffer.from('\x13BitTorrent protocol\0\0\0\0\0\0\0\0', 'latin1')
  socket.write(Buffer.concat([head, Buffer.from(infoHash, 'hex'), Buffer.from(peerId)]))
  return socket
}

limits.run()
