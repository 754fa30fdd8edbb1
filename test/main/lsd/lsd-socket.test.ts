import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import pino from 'pino'
import * as assert from 'uvu/assert'
import type { LocalNetwork } from '../../../src/main/lsd/local-networks.ts'
import { longestDatagram, lsdGroup } from '../../../src/main/lsd/lsd-message.ts'
import { LsdSocket } from '../../../src/main/lsd/lsd-socket.ts'
import { freePort, takeUdp } from '../../support/ports.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('main/lsd/lsd-socket')
const waitMs = 5000
const loopback: LocalNetwork = { address: '127.0.0.1', contains: (address) => address.startsWith('127.') }

interface Opened extends AsyncDisposable {
  readonly socket: LsdSocket
  readonly port: number
  /** What was taken, as text. */
  readonly heard: string[]
  readonly warnings: string[]
}

/** A socket on a port of its own, where no other program of the machine is met. */
async function open(networks: LocalNetwork[] = [loopback], onHeard?: () => void): Promise<Opened> {
  const port = await freePort()
  const heard: string[] = []
  const warnings: string[] = []
  const log = pino({}, { write: (line: string) => void warnings.push(line) })
  const socket = new LsdSocket({
    port,
    networks: () => networks,
    onDatagram: (bytes, address) => {
      heard.push(`${address} ${Buffer.from(bytes).toString()}`)
      onHeard?.()
    },
    log,
  })
  return { socket, port, heard, warnings, [Symbol.asyncDispose]: () => socket.close() }
}

async function whenReady({ socket }: Opened): Promise<void> {
  socket.keepOpen(Date.now())
  await eventually(waitMs, 'the socket', () => socket.isReady)
}

/** Another program of the network, bound to one of the loopback's addresses. */
async function neighbour(address = '127.0.0.1'): Promise<Socket & Disposable> {
  const socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  socket.setMulticastInterface('127.0.0.1')
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.close() })
}

async function send(from: Socket, port: number, ...datagrams: (string | Buffer)[]): Promise<void> {
  for (const datagram of datagrams) {
    await new Promise((resolve) => from.send(datagram, port, lsdGroup, resolve))
  }
}

test('sockets on one port hear the group, and each other', async () => {
  await using opened = await open()
  await whenReady(opened)
  const other = new LsdSocket({
    port: opened.port,
    networks: () => [loopback],
    onDatagram: () => undefined,
    log: pino({ level: 'silent' }),
  })
  other.keepOpen(Date.now())
  await eventually(waitMs, 'the other socket', () => other.isReady)
  await other.send(Buffer.from('hello'))
  await eventually(waitMs, 'the datagram', () => opened.heard.includes('127.0.0.1 hello'))
  await other.close()
})

test('a datagram that is too long is dropped', async () => {
  await using opened = await open()
  await whenReady(opened)
  using other = await neighbour()
  const fits = 'x'.repeat(longestDatagram)
  await send(other, opened.port, `${fits}x`, Buffer.alloc(60_000), fits)
  await eventually(waitMs, 'the one that fits', () => opened.heard.length > 0)
  assert.equal(opened.heard, [`127.0.0.1 ${fits}`])
})

test('a source outside of our networks is dropped', async () => {
  await using opened = await open([{ address: '127.0.0.1', contains: (address) => address === '127.0.0.1' }])
  await whenReady(opened)
  using stranger = await neighbour('127.0.0.2')
  using local = await neighbour()
  await send(stranger, opened.port, 'from outside')
  await send(local, opened.port, 'from inside')
  await eventually(waitMs, 'the one from inside', () => opened.heard.length > 0)
  assert.equal(opened.heard, ['127.0.0.1 from inside'])
})

test('of a flood from one address ten datagrams a second are taken', async () => {
  await using opened = await open()
  await whenReady(opened)
  using other = await neighbour()
  const startedAt = Date.now()
  await send(other, opened.port, ...Array.from({ length: 2000 }, (_, at) => `${at}`))
  using late = await neighbour('127.0.0.3')
  await eventually(waitMs, 'another address', async () => {
    await send(late, opened.port, 'late')
    return opened.heard.includes('127.0.0.3 late')
  })
  const flood = opened.heard.filter((line) => line.startsWith('127.0.0.1'))
  const windows = Math.floor((Date.now() - startedAt) / 1000) + 1
  assert.ok(flood.length >= 1 && flood.length <= 10 * windows, `${flood.length} in ${windows} s`)
})

test('a handler that throws ends nothing and is logged once', async () => {
  await using opened = await open([loopback], () => {
    throw new Error('thrown as asked')
  })
  await whenReady(opened)
  using other = await neighbour()
  await send(other, opened.port, 'one', 'two')
  await eventually(waitMs, 'both datagrams', () => opened.heard.length === 2)
  assert.is(opened.warnings.length, 1)
  assert.match(opened.warnings[0] ?? '', 'thrown as asked')
})

test('a port that is taken ends nothing, is logged once and is tried again a minute later', async () => {
  await using opened = await open()
  const taken = await takeUdp(opened.port)
  const now = Date.now()
  opened.socket.keepOpen(now)
  await eventually(waitMs, 'the fault', () => opened.warnings.length > 0)
  opened.socket.keepOpen(now)
  await opened.socket.send(Buffer.from('into the void'))
  await taken[Symbol.asyncDispose]()
  opened.socket.keepOpen(Date.now() + 61_000)
  await eventually(waitMs, 'the socket', () => opened.socket.isReady)
  assert.is(opened.warnings.length, 1)
  assert.match(opened.warnings[0] ?? '', 'EADDRINUSE')
})

test('an address that no interface has is logged, and the others are joined', async () => {
  await using opened = await open([{ address: '203.0.113.1', contains: () => false }, loopback])
  await whenReady(opened)
  assert.match(opened.warnings[0] ?? '', 'cannot join on 203.0.113.1')
})

test('without a network it is open and not ready, until one comes', async () => {
  const networks: LocalNetwork[] = []
  await using opened = await open(networks)
  using other = await neighbour()
  opened.socket.keepOpen(Date.now())
  networks.push(loopback)
  const later = Date.now() + 31_000
  await eventually(waitMs, 'the new network', () => {
    opened.socket.keepOpen(later)
    return opened.socket.isReady
  })
  await send(other, opened.port, 'hello')
  await eventually(waitMs, 'the datagram', () => opened.heard.length > 0)
})

test('it can be closed while it opens, twice, and be opened again', async () => {
  await using opened = await open()
  opened.socket.keepOpen(Date.now())
  await Promise.all([opened.socket.close(), opened.socket.close()])
  await whenReady(opened)
  await opened.socket.close()
  const taken = await takeUdp(opened.port)
  await taken[Symbol.asyncDispose]()
})

test.run()
