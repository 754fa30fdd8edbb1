/** The Socket.IO face as a client of the seed meets it. */
import { io, type Socket } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { freePort } from '../support/ports.ts'
import type { Answered } from '../support/faces.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { shareServer } from '../support/server.ts'
import { suite, within } from '../support/suite.ts'

const realtime = suite('test/e2e/socket')
const shared = shareServer(realtime)
const made = makeMetainfo({ content: 300_000 })
const answerWithinMs = 10_000

type Client = Socket & Disposable

async function connect(address: string): Promise<Client> {
  const socket = io(address, { forceNew: true, reconnection: false })
  await within(answerWithinMs, 'the connection', new Promise<void>((done) => socket.once('connect', done)))
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() })
}

/** What comes back for a message as an event and as the acknowledgement. */
async function emit(socket: Client, message: object): Promise<{ event: Answered; ack: Answered }> {
  const event = new Promise<Answered>((resolve) => socket.once('v1', resolve))
  const ack = socket.timeout(answerWithinMs).emitWithAck('v1', message) as Promise<Answered>
  return { event: await within(answerWithinMs, 'the event', event), ack: await ack }
}

realtime("the seed's example with ports as a list creates a session", async () => {
  const server = shared()
  using socket = await connect(server.address)
  const port = await freePort()
  const { event } = await emit(socket, { t_id: '1', command: 'create_session', ports: [port] })
  assert.is(event.status, 'success')
  assert.is(event['t_id'], '1')
  assert.is(event['command'], 'create_session')
  assert.is((event['session'] as { port: number }).port, port)
})

realtime('port_range is a text or a list', async () => {
  const server = shared()
  using socket = await connect(server.address)
  for (const form of [(port: number) => [port, port], (port: number) => `${port},${port}`]) {
    const port = await freePort()
    const { event } = await emit(socket, { t_id: 1, command: 'create_session', port_range: form(port) })
    assert.is((event['session'] as { port: number }).port, port)
  }
})

realtime('the event v1 and the acknowledgement carry the same body', async () => {
  const server = shared()
  using socket = await connect(server.address)
  for (const command of ['get_session_list', 'get_session', 'nonsense']) {
    const { event, ack } = await emit(socket, { t_id: 'a b', command })
    assert.is(event['t_id'], 'a b')
    assert.equal({ ...event, snapshot_age_ms: 0 }, { ...ack, snapshot_age_ms: 0 })
  }
})

realtime('answers are told apart by t_id when many commands are under way', async () => {
  const server = shared()
  using socket = await connect(server.address)
  const heard = new Map<unknown, Answered>()
  socket.on('v1', (body: Answered) => heard.set(body['t_id'], body))
  const acks = Array.from({ length: 10 }, async (_, t_id) => {
    const command = t_id % 2 === 0 ? 'get_session_list' : 'get_session'
    return (await socket.timeout(answerWithinMs).emitWithAck('v1', { t_id, command })) as Answered
  })
  const bodies = await Promise.all(acks)
  assert.equal(
    bodies.map((body) => body['t_id']),
    bodies.map((_, index) => index),
  )
  assert.is(heard.get(4)?.status, 'success')
  assert.is(heard.get(5)?.error?.code, 'missing_parameter')
})

realtime('upload_torrent takes the file as binary', async () => {
  const server = shared()
  using socket = await connect(server.address)
  const ports = [await freePort()]
  const created = await emit(socket, { t_id: 1, command: 'create_session', ports, dht: 0 })
  const { id } = created.event['session'] as { id: string }
  const of = { t_id: 2, command: 'upload_torrent', session_id: id, save_path: 'here', autostart: 0 }
  const { event } = await emit(socket, { ...of, file: made.bytes })
  assert.is(event['info_hash'], made.infoHash)
  assert.is(event['total_size'], made.length)
})

realtime('failures have the same shape as over REST', async () => {
  const server = shared()
  using socket = await connect(server.address)
  const failing: [message: object, code: string][] = [
    [{ t_id: 1, command: 'nonsense' }, 'not_found'],
    [{ t_id: 1 }, 'missing_parameter'],
    [{ command: 'get_session_list' }, 'missing_parameter'],
    [{ t_id: 1, command: 'get_session_list', colour: 'blue' }, 'unknown_parameter'],
    [{ t_id: 1, command: 'get_session', session_id: 7 }, 'session_not_found'],
    [{ t_id: 1, command: 'create_session', ports: 'x' }, 'invalid_parameter'],
  ]
  for (const [message, code] of failing) {
    const { ack } = await emit(socket, message)
    assert.is(ack.status, 'fail')
    assert.equal(ack.error, { code, message: ack.message })
  }
})

realtime.run()
