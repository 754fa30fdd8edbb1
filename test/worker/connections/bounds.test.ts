/** How many connections a torrent has, and how long a silent one lasts: a real engine, and sockets that say nothing. */
import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { startPeer } from '../picker/fixture.ts'

const test = suite('worker/session/engine/connections: bounds')
const made = makeMetainfo()
const waitMs = 10_000
/** Longer than the deadline of a handshake, shorter than the engine's own of 25 s. */
const silentMs = 18_000

interface Silent extends AsyncDisposable {
  readonly port: number
  readonly sockets: Socket[]
}

async function listenSilently(): Promise<Silent> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
    sockets.push(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

test('a torrent has as many connections as its max_peers: the rest waits, and who dials in is turned away', async () => {
  await using things = new AsyncDisposableStack()
  const peer = things.adopt(await startPeer(made, { torrent: { max_peers: 2 } }), (one) => one.close())
  const silent = await Promise.all([1, 2, 3].map(async () => things.use(await listenSilently())))
  const taken = (): Socket[] => silent.flatMap(({ sockets }) => sockets)
  for (const one of silent) peer.dial(one)
  await eventually(waitMs, 'two connections', () => taken().length === 2)
  const guest = connect(peer.port, '127.0.0.1').on('error', () => undefined)
  const hash = Buffer.from(made.infoHash, 'hex')
  guest.write(
    Buffer.concat([Buffer.from('\x13BitTorrent protocol'), Buffer.alloc(8), hash, Buffer.alloc(20, 7)]),
  )
  guest.resume()
  await within(waitMs, 'the end of a third', once(guest, 'close'))
  assert.is(taken().length, 2)
  assert.is(peer.torrent.connections, 2)
  taken()[0]?.destroy()
  await eventually(waitMs, 'the one that waited', () => silent.every(({ sockets }) => sockets.length > 0))
})

test('a peer that was refused at its handshake for a ban is dialled at once when that is taken back', async () => {
  await using things = new AsyncDisposableStack()
  const peer = things.adopt(await startPeer(made), (one) => one.close())
  const silent = things.use(await listenSilently())
  const address = `127.0.0.1:${silent.port}`
  peer.dial(silent)
  const socket = await eventually(waitMs, 'the connection', () => silent.sockets[0])
  peer.engine.changeBans({ added: [{ address, reason: 'manual', at: 1 }], removed: [] })
  const hash = Buffer.from(made.infoHash, 'hex')
  socket.write(
    Buffer.concat([Buffer.from('\x13BitTorrent protocol'), Buffer.alloc(8), hash, randomBytes(20)]),
  )
  await within(waitMs, 'the refusal', once(socket, 'close'))
  peer.engine.changeBans({ added: [], removed: [address] })
  await eventually(waitMs, 'another connection', () => silent.sockets.length === 2)
})

test('a peer that was dialled and says nothing is given up', async () => {
  await using things = new AsyncDisposableStack()
  const peer = things.adopt(await startPeer(made), (one) => one.close())
  const silent = things.use(await listenSilently())
  peer.dial(silent)
  const socket = await eventually(waitMs, 'the connection', () => silent.sockets[0])
  await within(silentMs, 'its end', once(socket, 'close'))
})

const mostHalfOpen = 50

test('of many addresses that never answer, fifty are tried at a time', async () => {
  await using things = new AsyncDisposableStack()
  const peer = things.adopt(await startPeer(made), (one) => one.close())
  const again = setInterval(() => peer.engine.drain(), 250) // as a session does
  things.defer(() => clearInterval(again))
  const deaf = things.use(await listenDeaf())
  using attempts = watchAttempts(deaf.port)
  for (let at = 1; at <= 2 * mostHalfOpen + 20; at += 1)
    peer.torrent.addPeer(`127.0.1.${at}:${deaf.port}`, 'manual')
  await eventually(waitMs, 'fifty attempts', () => attempts.most === mostHalfOpen)
  await eventually(waitMs, 'the next ones, after these', () => attempts.made.length >= 2 * mostHalfOpen)
  assert.is(attempts.most, mostHalfOpen)
})

/** Attempts of this process to connect to a port, from now on: all of them, and how many were open at most. */
function watchAttempts(
  port: number,
): Disposable & { readonly made: readonly Socket[]; readonly most: number } {
  const made: Socket[] = []
  let most = 0
  const hear = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    socket.once('connectionAttempt', (_address: string, to: number) => {
      if (to !== port) return
      made.push(socket)
      most = Math.max(most, made.filter(({ connecting, destroyed }) => connecting && !destroyed).length)
    })
  }
  subscribe('net.client.socket', hear)
  return {
    made,
    get most() {
      return most
    },
    [Symbol.dispose]: () => void unsubscribe('net.client.socket', hear),
  }
}

/** A listening socket on every address that takes nobody: once its queue is full, no attempt is answered. */
async function listenDeaf(): Promise<AsyncDisposable & { port: number }> {
  const source = `
    const { parentPort } = require('node:worker_threads')
    const server = require('node:net').createServer().listen({ port: 0, host: '0.0.0.0', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const worker = new Worker(source, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}

test.run()
