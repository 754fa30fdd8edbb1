/** Datagrams that are no sound message of the DHT are not answered, and the next sound one is. */
import { createSocket, type Socket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { eventually, suite } from '../support/suite.ts'
import { startDownload } from './live-download.ts'

const datagrams = suite('test/hostile/datagrams')
const id = Buffer.alloc(20, 9)
const query = (q: Encodable, a: Encodable): Encodable => ({ t: 'xx', y: 'q', q, a })
const answer = (r: Encodable): Encodable => ({ t: 'xx', y: 'r', r })

const hostile: readonly Buffer[] = [
  ...['', 'd', 'de', 'le', 'i1e', 'hello', '-5:', 'd-1:', 'd1:t2:xx', '99999999999:', 'l'.repeat(500)].map((text) => Buffer.from(text)),
  randomBytes(1400),
  Buffer.alloc(60_000, 'l'),
  ...[
    query('ping', 1), query('ping', {}), query(1, { id }), query({}, { id }), query([], []), query('ping', { id: 'short' }),
    query('find_node', { id, target: {} }), query('find_node', { id, target: 5 }), query('get_peers', { id, info_hash: [] }),
    query('get_peers', { id, info_hash: 'short' }), query('announce_peer', { id, info_hash: id, port: 'x', token: 'x' }),
    query('announce_peer', { id, info_hash: id, port: 99_999, token: 'x' }), query('announce_peer', { id, info_hash: id, port: 1, token: 1 }),
    query('put', { id, token: 5, v: 1 }), query('put', { id, token: 'x', v: 'y', k: 1 }), answer({}), answer(1), answer([]),
    answer({ id, nodes: 5 }), answer({ id, nodes: 'x' }), answer({ id, values: 5 }), answer({ id, values: [5] }),
    { t: 'xx', y: 'e', e: 1 }, { t: 'xx', y: 'e' }, { t: 1, y: 'r', r: { id } }, { t: 'xx', y: {} }, { t: 'xx', y: [] }, { t: 'xx' },
  ].map((message) => Buffer.from(encodeBencode(message))),
] // prettier-ignore

datagrams(`${hostile.length} hostile datagrams harm nobody`, async () => {
  await using download = await startDownload(2 * hostile.length + 10, {}, { dht: 1 })
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const heard: string[] = []
  socket.on('message', (bytes) => heard.push(bytes.toString('latin1')))
  try {
    for (const bytes of hostile) {
      socket.send(bytes, download.port, '127.0.0.1')
      await download.goesOn()
    }
    await ping(socket, download.port, heard)
    await download.finishes()
  } finally {
    socket.close()
  }
})

/** A sound query is answered, and none of those before it was. */
async function ping(socket: Socket, port: number, heard: readonly string[]): Promise<void> {
  socket.send(encodeBencode({ t: 'ok', y: 'q', q: 'ping', a: { id } }), port, '127.0.0.1')
  await eventually(10_000, 'an answer', () => heard.some((text) => /1:t2:ok.*1:y1:r/.test(text)))
  assert.equal(
    heard.filter((text) => text.includes('1:t2:xx')),
    [],
  )
}

datagrams.run()
