import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { readAnnounce } from '../../../src/worker/session/trackers/udp-packet.ts'
import { UdpSocket, type UdpQuestion } from '../../../src/worker/session/trackers/udp-socket.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { ManualClock } from './manual-clock.ts'

const test = suite('worker/session/trackers/udp-socket')
const deadlineMs = 15_000
const question: UdpQuestion<number> = {
  connectionId: new Uint8Array(8).fill(7),
  action: 1,
  body: Buffer.from('body'),
  read: (body, addressLength) => readAnnounce(body, addressLength)?.intervalMs,
}

interface Asked {
  readonly message: Buffer
  readonly from: RemoteInfo
  readonly number: number
}

/** A server of the test's own, so that it can send anything at all. */
async function setUp(): Promise<{
  clock: ManualClock
  client: UdpSocket
  server: Socket
  ask: () => Promise<number>
  asked: () => Promise<Asked>
  end: () => void
}> {
  const clock = new ManualClock()
  const server = await bound()
  const client = new UdpSocket(server.address(), clock)
  return {
    clock,
    client,
    server,
    ask: () => client.ask(question, deadlineMs),
    asked: async () => {
      const [message, from] = (await within(5000, 'a question', once(server, 'message'))) as [
        Buffer,
        RemoteInfo,
      ]
      return { message, from, number: message.readUInt32BE(12) }
    },
    end: () => {
      client.close()
      server.close()
    },
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

function answer(action: number, number: number, body: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(action, 0)
  head.writeUInt32BE(number >>> 0, 4)
  return Buffer.concat([head, body])
}

const goodBody = Buffer.from('000003840000000300000005', 'hex')

test('a question has its header and body', async () => {
  const { ask, asked, server, end } = await setUp()
  const pending = ask()
  const { message, from, number } = await asked()
  assert.is(message.toString('hex').slice(0, 24), '070707070707070700000001')
  assert.is(message.subarray(16).toString(), 'body')
  server.send(answer(1, number, goodBody), from.port)
  assert.is(await pending, 900_000)
  end()
})

test('malformed and foreign datagrams of every kind are dropped', async () => {
  const { ask, asked, server, end } = await setUp()
  const stranger = await bound()
  const pending = ask()
  const { from, number } = await asked()
  const bad = [
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((length) => answer(1, number, goodBody).subarray(0, length)),
    ...[0, 1, 4, 8, 11].map((length) => answer(1, number, goodBody.subarray(0, length))),
    ...[0, 2, 4, 5, 0x01000000, 0xffffffff].map((action) => answer(action, number, goodBody)),
    ...[number + 1, number ^ 0x80000000, 0, 0xffffffff].map((other) => answer(1, other, goodBody)),
    answer(3, number + 1, Buffer.from('an error of nobody')),
    Buffer.from('d8:intervali900ee'),
    Buffer.alloc(65_507, 0xff),
    Buffer.from('GET /announce HTTP/1.1\r\n\r\n'),
  ]
  assert.ok(bad.length >= 20)
  for (const datagram of bad) server.send(datagram, from.port)
  stranger.send(answer(1, number, Buffer.from('000000ff0000000300000005', 'hex')), from.port)
  stranger.send(answer(3, number, Buffer.from('a lie')), from.port)
  server.send(answer(1, number, goodBody), from.port)
  assert.is(await within(5000, 'the answer', pending), 900_000)
  stranger.close()
  end()
})

test('an answer that comes twice or too late is dropped', async () => {
  const { ask, asked, server, end } = await setUp()
  const first = ask()
  const one = await asked()
  server.send(answer(1, one.number, goodBody), one.from.port)
  await first
  server.send(answer(1, one.number, goodBody), one.from.port)
  const second = ask()
  const two = await asked()
  assert.is.not(two.number, one.number)
  server.send(answer(1, two.number, goodBody), two.from.port)
  assert.is(await second, 900_000)
  end()
})

test('a question is repeated with growing pauses until its deadline', async () => {
  const { ask, asked, clock, end } = await setUp()
  const pending = ask()
  const first = await asked()
  for (const pauseMs of [2000, 4000, 8000]) {
    const next = asked()
    clock.advance(pauseMs)
    assert.equal((await next).message, first.message)
  }
  clock.advance(1000)
  await assertFails(pending, 'fetch_failed', 'no answer')
  end()
})

test('an error of the tracker is the message', async () => {
  const { ask, asked, server, end } = await setUp()
  const pending = ask()
  const { from, number } = await asked()
  server.send(answer(3, number, Buffer.from('torrent\nnot registered\0')), from.port)
  await assertFails(pending, 'fetch_failed', 'torrent not registered')
  end()
})

test('an address that cannot be sent to fails at once', async () => {
  const client = new UdpSocket({ address: '255.255.255.255', port: 1 }, new ManualClock())
  await assertFails(client.ask(question, deadlineMs), 'fetch_failed', 'could not be reached')
  assert.ok(client.isClosed)
})

test('a port where nobody listens fails before the deadline', async () => {
  const { client, server } = await setUp()
  await once(server.close(), 'close')
  await assertFails(client.ask(question, deadlineMs), 'fetch_failed', 'could not be reached')
})

test('a socket that nothing is asked over for a minute closes', async () => {
  const { ask, asked, client, clock, server, end } = await setUp()
  for (const _ of ['one', 'another']) {
    const pending = ask()
    const { from, number } = await asked()
    server.send(answer(1, number, goodBody), from.port)
    await pending
    clock.advance(59_000)
    assert.not(client.isClosed)
  }
  clock.advance(1000)
  assert.ok(client.isClosed)
  end()
})

test('a datagram that nobody waits for closes the socket', async () => {
  const { ask, asked, client, server, end } = await setUp()
  const pending = ask()
  const { from, number } = await asked()
  server.send(answer(1, number, goodBody), from.port)
  await pending
  server.send('more', from.port)
  await eventually(5000, 'its end', () => client.isClosed)
  end()
})

test('closing fails what waits and what is asked later', async () => {
  const { ask, asked, client, end } = await setUp()
  const pending = ask()
  await asked()
  client.close(new RestTorrentError('shutting_down', 'the session is closing'))
  await assertFails(pending, 'shutting_down', 'the session is closing')
  await assertFails(ask(), 'shutting_down', 'the session is closing')
  end()
})

async function assertFails(promise: Promise<unknown>, code: string, message: string): Promise<void> {
  const error = await within(
    5000,
    'a failure',
    promise.then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  )
  assert.instance(error, RestTorrentError)
  assert.equal([(error as RestTorrentError).code, (error as RestTorrentError).message], [code, message])
}

test.run()
