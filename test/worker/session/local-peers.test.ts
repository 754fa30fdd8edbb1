/** Whom an engine meets by LSD: a real engine whose policy refuses loopback, and sockets on 127.0.0.1. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { createAddressPolicy } from '../../../src/protocol/address-policy.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { defaultTorrentOptions } from '../../../src/protocol/torrent-options.ts'
import { bindFirstFree } from '../../../src/worker/session/bind.ts'
import type { EngineTorrent } from '../../../src/worker/session/engine/engine-torrent.ts'
import type { TorrentEvents } from '../../../src/worker/session/engine/torrent-events.ts'
import { Engine } from '../../../src/worker/session/engine/engine.ts'
import { LocalPeers } from '../../../src/worker/session/engine/local-peers.ts'
import { EngineStore } from '../../../src/worker/session/storage/engine-store.ts'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { freePort } from '../../support/ports.ts'
import { sessionSettings } from '../../support/session-record.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'

const test = suite('worker/session/engine/local-peers')
const host = '127.0.0.1'
const waitMs = 10_000
const silent: TorrentEvents = {
  onVerified: () => undefined,
  onMetadata: () => undefined,
  onReady: () => undefined,
  onFailed: () => undefined,
  onDownloaded: () => undefined,
  onUploaded: () => undefined,
}

interface Opened extends AsyncDisposable {
  readonly port: number
  readonly torrent: EngineTorrent
}

/** An engine with one magnet. */
async function openMagnet(infoHash: string, allowed: string[] = []): Promise<Opened> {
  const bound = await bindFirstFree([await freePort()], host, false)
  const engine = new Engine({
    ...bound,
    peerId: randomBytes(20).toString('hex'),
    userAgent: 'test',
    policy: createAddressPolicy(allowed),
    settings: { ...sessionSettings, lsd: true, pex: false },
  })
  const torrent = engine.open(infoHash, 'magnet', undefined, silent, defaultTorrentOptions)
  return { port: bound.port, torrent, [Symbol.asyncDispose]: () => engine.close() }
}

interface Listening extends AsyncDisposable {
  readonly address: string
  readonly sockets: Socket[]
}

/** A peer that takes every connection and says nothing. */
async function listen(): Promise<Listening> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
    sockets.push(socket)
  }).listen(0, host)
  await once(server, 'listening')
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

async function whenDialled({ address, sockets }: Listening): Promise<Socket> {
  return await eventually(waitMs, `a connection to ${address}`, () => sockets[0])
}

/** What the engine sends to one who dials in; empty when it closes the connection. */
async function dialIn(port: number, infoHash: string): Promise<Buffer> {
  const socket = connect(port, host)
  socket.on('error', () => undefined)
  const hash = Buffer.from(infoHash, 'hex')
  const start = Buffer.concat([Buffer.of(19), Buffer.from('BitTorrent protocol'), Buffer.alloc(8)])
  socket.write(Buffer.concat([start, hash, randomBytes(20)]))
  const answer = Promise.race([
    once(socket, 'data').then(([bytes]) => bytes as Buffer),
    once(socket, 'close').then(() => Buffer.alloc(0)),
  ])
  return await within(waitMs, 'an answer or an end', answer).finally(() => socket.destroy())
}

test('a peer by LSD is dialled at its own port, whatever the policy says', async () => {
  await using opened = await openMagnet('a'.repeat(40))
  await using local = await listen()
  await using refused = await listen()
  await using last = await listen()
  opened.torrent.addPeer(refused.address, 'tracker')
  opened.torrent.addPeer(local.address, 'lsd')
  await whenDialled(local)
  opened.torrent.addPeer(refused.address, 'tracker') // the host is admitted by now, this port is not
  opened.torrent.addPeer(last.address, 'lsd')
  await whenDialled(last)
  assert.is(refused.sockets.length, 0)
})

test('the host of a peer by LSD may dial in, and nobody before', async () => {
  const infoHash = 'b'.repeat(40)
  await using opened = await openMagnet(infoHash)
  await using local = await listen()
  assert.is((await dialIn(opened.port, infoHash)).length, 0)
  opened.torrent.addPeer(local.address, 'lsd')
  await whenDialled(local)
  const answer = await dialIn(opened.port, infoHash)
  assert.is(answer.subarray(1, 20).toString(), 'BitTorrent protocol')
  assert.is(answer.subarray(28, 48).toString('hex'), infoHash)
})

test('a magnet that turns out private leaves the peers by LSD, meets none again, and can be closed', async () => {
  const made = makeMetainfo({ private: true })
  await using opened = await openMagnet(made.infoHash, ['127.0.0.0/8'])
  await using local = await listen()
  await using tracked = await listen()
  opened.torrent.addPeer(local.address, 'lsd')
  const closed = once(await whenDialled(local), 'close')
  const info = parseInfo(made.rawInfo)
  const store = new EngineStore(new MemoryPieceStore(info, new MemoryBudget(made.length)))
  const bits = new Uint8Array(Math.ceil(made.pieceCount / 8))
  opened.torrent.supply({ info, rawInfo: made.rawInfo, bits, store })
  await within(waitMs, 'the end of the connection', closed)
  opened.torrent.addPeer(local.address, 'lsd')
  opened.torrent.addPeer(tracked.address, 'tracker')
  await whenDialled(tracked)
  assert.is(local.sockets.length, 1)
  await within(waitMs, 'its end', opened.torrent.close())
})

test('admissions are bounded: the newest are kept', () => {
  const peers = new LocalPeers()
  const address = (at: number) => `10.0.${at >> 8}.${at & 255}`
  for (let at = 0; at < 5000; at++) peers.admit(`${address(at)}:6881`)
  assert.not.ok(peers.mayDialIn(address(0)))
  assert.not.ok(peers.mayBeDialled(`${address(0)}:6881`))
  assert.ok(peers.mayDialIn(address(4999)))
  assert.ok(peers.mayBeDialled(`${address(4999)}:6881`))
  assert.not.ok(peers.mayBeDialled(`${address(4999)}:80`))
})

test.run()
