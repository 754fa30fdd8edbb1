import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { io, type Socket } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { createHttpServer, type HttpServer } from '../../../src/main/http/server.ts'
import { attachRealtime, type Realtime, type RealtimeOptions } from '../../../src/main/realtime/attach.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { anybody, authentication } from '../../support/access.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { readyReply, recordedApp, sessionId, type Body } from '../http/recorded-handlers.ts'

const realtime = suite('src/main/realtime/attach')
const running: { http: HttpServer; realtime: Realtime }[] = []
const clients: Socket[] = []

realtime.after.each(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  for (const { http, realtime: attached } of running.splice(0)) {
    await attached.close('the test ends', 500)
    await http.close(0)
  }
})

async function serve(options: Partial<RealtimeOptions> = {}) {
  const recorded = recordedApp()
  const { handlers, log } = recorded
  const http = createHttpServer(recorded.app, log)
  const attached = attachRealtime(http.server, {
    handlers,
    log,
    authentication: authentication(),
    allowedHosts: [],
    ...options,
  })
  running.push({ http, realtime: attached })
  const { port } = await http.listen('127.0.0.1', 0)
  return { ...recorded, http, attached, url: `http://127.0.0.1:${port}` }
}

function open(url: string, options: Parameters<typeof io>[1] = {}): Socket {
  const client = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options })
  clients.push(client)
  return client
}

async function connected(url: string, options?: Parameters<typeof io>[1]): Promise<Socket> {
  const client = open(url, options)
  await within(5000, 'the connection', new Promise<void>((resolve) => client.once('connect', resolve)))
  return client
}

function nextAnswer(client: Socket): Promise<Body> {
  return within(5000, 'an answer', new Promise<Body>((resolve) => client.once('v1', resolve)))
}

async function ask(client: Socket, message: unknown): Promise<Body> {
  const answer = nextAnswer(client)
  client.emit('v1', message)
  return await answer
}

const codeOf = (body: Body): string => (body.status === 'fail' ? (body.error?.code ?? 'none') : body.status)

for (const transport of ['websocket', 'polling']) {
  realtime(`the seed's example runs create_session over ${transport}`, async () => {
    const { url, calls, answers } = await serve()
    answers.create_session = () => ({ value: { session: { id: sessionId, port: 6881 } } })
    const client = await connected(url, { transports: [transport] })
    assert.equal(await ask(client, { t_id: '1', command: 'create_session', ports: [6881] }), {
      t_id: '1',
      command: 'create_session',
      status: 'success',
      session: { id: sessionId, port: 6881 },
    })
    assert.equal(calls[0]?.input['ports'], [6881])
    assert.equal(calls[0]?.caller, { ...anybody, transport: 'socket' })
  })
}

realtime('an acknowledgement gets the same body as the event', async () => {
  const { url } = await serve()
  const client = await connected(url)
  const event = nextAnswer(client)
  const acknowledged = (await client.emitWithAck('v1', { t_id: 2, command: 'get_session_list' })) as Body
  assert.equal(acknowledged, { t_id: 2, command: 'get_session_list', status: 'success' })
  assert.equal(await event, acknowledged)
})

realtime('a failure has the body of REST', async () => {
  const { url, answers } = await serve()
  answers.create_session = () => Promise.reject(new RestTorrentError('bind_failed', 'in use'))
  assert.equal(await ask(await connected(url), { t_id: '1', command: 'create_session' }), {
    t_id: '1',
    command: 'create_session',
    status: 'fail',
    message: 'in use',
    error: { code: 'bind_failed', message: 'in use' },
  })
})

realtime('a bug is logged and answered as internal', async () => {
  const { url, answers, logged } = await serve()
  answers.get_session_list = () => {
    throw new TypeError('a bug')
  }
  assert.is(codeOf(await ask(await connected(url), { t_id: 1, command: 'get_session_list' })), 'internal')
  assert.is(logged.length, 1)
})

realtime('an answer that cannot be encoded ends in the log and not the process', async () => {
  const { url, answers, logged } = await serve()
  const client = await connected(url)
  answers.get_session_list = () => ({ value: { sessions: [1n] } })
  client.emit('v1', { t_id: 1, command: 'get_session_list' })
  await eventually(5000, 'the log', () => logged.length === 1)
})

realtime('a ready reply sends its value and how old it is', async () => {
  const { url, answers } = await serve()
  answers.get_torrent_list = () => readyReply('debian')
  const message = { t_id: 1, command: 'get_torrent_list', session_id: sessionId }
  assert.equal(await ask(await connected(url), message), {
    t_id: 1,
    command: 'get_torrent_list',
    status: 'success',
    torrents: [{ name: 'debian' }],
    snapshot_age_ms: 12,
    snapshot_stale: true,
  })
})

realtime('a file arrives as its bytes', async () => {
  const { url, calls } = await serve()
  const file = Buffer.alloc(3_000_000, 'x')
  const message = { t_id: 1, command: 'upload_torrent', session_id: sessionId, save_path: 'a', file }
  assert.is(codeOf(await ask(await connected(url), message)), 'success')
  assert.ok(file.equals(calls[0]?.input['file'] as Uint8Array))
})

realtime('a large base64 file passes as an upload only', async () => {
  const { url } = await serve()
  const client = await connected(url)
  const file = 'QUJD'.repeat(50_000)
  const upload = { t_id: 1, command: 'upload_torrent', session_id: sessionId, save_path: 'a', file }
  assert.is(codeOf(await ask(client, upload)), 'success')
  assert.is(codeOf(await ask(client, { ...upload, command: 'create_session' })), 'body_too_large')
  const binary = { t_id: 1, command: 'create_session', name: Buffer.alloc(70_000) }
  assert.is(codeOf(await ask(client, binary)), 'body_too_large')
})

let deep: unknown[] = []
for (let depth = 0; depth < 100; depth += 1) deep = [deep]

const hostile: [title: string, message: unknown, code: string][] = [
  ['null', null, 'invalid_body'],
  ['a list', [], 'invalid_body'],
  ['a string', 'create_session', 'invalid_body'],
  ['a number', 7, 'invalid_body'],
  ['bytes', Buffer.from('a'), 'invalid_body'],
  ['an empty object', {}, 'missing_parameter'],
  ['no t_id', { command: 'get_session_list' }, 'missing_parameter'],
  ['no command', { t_id: 1 }, 'missing_parameter'],
  ['a t_id that is an object', { t_id: {}, command: 'get_session_list' }, 'invalid_parameter'],
  ['an endless t_id', { t_id: 'x'.repeat(300), command: 'get_session_list' }, 'invalid_parameter'],
  ['a command that is a list', { t_id: 1, command: ['get_session_list'] }, 'invalid_parameter'],
  ['an unknown command', { t_id: 1, command: 'no_such' }, 'not_found'],
  ['a command of the prototype', { t_id: 1, command: 'constructor' }, 'not_found'],
  ['the command __proto__', { t_id: 1, command: '__proto__' }, 'not_found'],
  ['an unknown parameter', { t_id: 1, command: 'get_session_list', x: 1 }, 'unknown_parameter'],
  ['a 100-deep value', { t_id: 1, command: 'create_session', name: deep }, 'invalid_parameter'],
  ['the key constructor', { t_id: 1, command: 'create_session', constructor: {} }, 'unknown_parameter'],
  [
    'the key __proto__',
    JSON.parse('{"t_id":1,"command":"create_session","__proto__":{"polluted":1}}'),
    'unknown_parameter',
  ],
  [
    'a long list',
    { t_id: 1, command: 'create_session', ports: Array.from({ length: 70_000 }, () => 1) },
    'body_too_large',
  ],
]
for (const [title, message, code] of hostile) {
  realtime(`a message that is ${title} is ${code}`, async () => {
    const { url, calls, logged } = await serve()
    const client = await connected(url)
    assert.is(codeOf(await ask(client, message)), code)
    assert.is(codeOf(await ask(client, { t_id: 1, command: 'get_session_list' })), 'success')
    assert.is(calls.length, 1)
    assert.is(logged.length, 0)
    assert.is(({} as Record<string, unknown>)['polluted'], undefined)
  })
}

realtime('other events and arguments are ignored', async () => {
  const { url, calls } = await serve()
  const client = await connected(url)
  client.emit('v2', { t_id: 1, command: 'get_session_list' })
  client.emit('toString')
  const answer = nextAnswer(client)
  client.emit('v1', { t_id: 'x', command: 'get_session_list' }, 'no function', { a: 1 })
  assert.is((await answer)['t_id'], 'x')
  assert.is(calls.length, 1)
})

realtime('an event without a message is answered', async () => {
  const { url } = await serve()
  const client = await connected(url)
  assert.is(codeOf((await client.emitWithAck('v1')) as Body), 'invalid_body')
})

realtime('more commands under way than allowed are rate_limited', async () => {
  const { url, answers } = await serve({ maxInFlight: 2 })
  const client = await connected(url)
  const gate = Promise.withResolvers<{ value: object }>()
  answers.get_session_list = () => gate.promise
  client.emit('v1', { t_id: 1, command: 'get_session_list' })
  client.emit('v1', { t_id: 2, command: 'get_session_list' })
  const third = await ask(client, { t_id: 3, command: 'get_session_list' })
  assert.equal([third['t_id'], codeOf(third)], [3, 'rate_limited'])
  const first = nextAnswer(client)
  gate.resolve({ value: {} })
  assert.is(codeOf(await first), 'success')
  assert.is(codeOf(await ask(client, { t_id: 4, command: 'get_session_list' })), 'success')
})

for (const transport of ['websocket', 'polling']) {
  realtime(`a text above 1 MiB ends the ${transport} connection before it is decoded`, async () => {
    const { url, calls } = await serve()
    const client = await connected(url, { transports: [transport] })
    const gone = new Promise<void>((resolve) => client.once('disconnect', () => resolve()))
    const file = 'QUJD'.repeat(300_000)
    client.emit('v1', { t_id: 1, command: 'upload_torrent', session_id: sessionId, save_path: 'a', file })
    await within(5000, 'the end of the connection', gone)
    assert.is(calls.length, 0)
  })
}

realtime('binary parts above 12 MiB in all end the connection', async () => {
  const { url, calls } = await serve()
  const client = await connected(url)
  const gone = new Promise<void>((resolve) => client.once('disconnect', () => resolve()))
  const parts = Array.from({ length: 3 }, () => Buffer.alloc(5 * 1024 * 1024))
  client.emit('v1', { t_id: 1, command: 'upload_torrent', file: parts })
  await within(5000, 'the end of the connection', gone)
  assert.is(calls.length, 0)
})

realtime('a client whose answers pile up unread is cut', async () => {
  const { url, answers } = await serve({ maxUnsent: 200_000 })
  answers.get_session_list = () => ({ value: { text: 'x'.repeat(1_000_000) } })
  const client = await connected(url)
  const gone = new Promise<void>((resolve) => client.once('disconnect', () => resolve()))
  for (let i = 0; i < 64; i += 1) client.emit('v1', { t_id: i, command: 'get_session_list' })
  await within(5000, 'the end of the connection', gone)
})

realtime('more connections than allowed are overloaded', async () => {
  const { url } = await serve({ maxConnections: 1 })
  await connected(url)
  const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling`)
  assert.is(refused.status, 503)
  assert.is(codeOf((await refused.json()) as Body), 'overloaded')
})

const handshakes: [title: string, headers: Record<string, string>, status: number, code: string][] = [
  ['another host', { host: 'evil.example' }, 421, 'host_not_allowed'],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403, 'cross_site_request'],
  ['an older page of another site', { origin: 'http://evil.example' }, 403, 'cross_site_request'],
]
for (const [title, headers, status, code] of handshakes) {
  for (const transport of ['polling', 'websocket']) {
    realtime(`a ${transport} handshake of ${title} is ${code}`, async () => {
      const { url } = await serve()
      const { statusCode, body } = await handshake(url, transport, headers)
      assert.is(statusCode, status)
      assert.is(codeOf(body), code)
    })
  }
}

realtime('a handshake of an allowed host and of the same origin passes', async () => {
  const { url } = await serve({ allowedHosts: ['seedbox.example'] })
  for (const extraHeaders of [{ host: 'seedbox.example:1' }, { origin: url }, { 'sec-fetch-site': 'none' }]) {
    await connected(url, { extraHeaders })
  }
})

/** The refusal of a handshake as it stands on the wire. */
async function handshake(url: string, transport: string, headers: Record<string, string>) {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const request = httpRequest(`${url}/socket.io/?EIO=4&transport=${transport}`, {
    agent: false,
    headers: { ...(transport === 'websocket' ? upgrade : {}), ...headers },
  }).end()
  const [response] = (await within(5000, 'the refusal', once(request, 'response'))) as [IncomingMessage]
  let text = ''
  for await (const part of response) text += String(part)
  return { statusCode: response.statusCode, body: JSON.parse(text) as Body }
}

realtime('the requests beside Socket.IO go on', async () => {
  const { url } = await serve()
  await connected(url)
  assert.is((await fetch(`${url}/health`)).status, 200)
})

for (const transport of ['websocket', 'polling']) {
  realtime(`a shutdown is told over ${transport} before the connection ends`, async () => {
    const { url, attached } = await serve()
    const client = await connected(url, { transports: [transport] })
    const told = new Promise((resolve) => client.once('shutdown', resolve))
    const gone = new Promise<string>((resolve) => client.once('disconnect', resolve))
    await within(5000, 'the close', attached.close('restart', 4000))
    assert.equal(await within(5000, 'the event', told), { reason: 'restart' })
    assert.is.not(await within(5000, 'the end', gone), 'io server disconnect')
    const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling`)
    assert.is(codeOf((await refused.json()) as Body), 'shutting_down')
  })
}

realtime.run()
