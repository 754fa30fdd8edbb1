import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { createHttpServer, type HttpLimits, type HttpServer } from '../../../src/main/http/server.ts'
import { anybody } from '../../support/access.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import {
  failureOf,
  readyReply,
  recordedApp,
  torrentPath,
  torrentsPath,
  type Body,
} from './recorded-handlers.ts'

const server = suite('src/main/http/server')
const servers: HttpServer[] = []

server.after.each(async () => {
  await Promise.all(servers.splice(0).map((one) => one.close(0)))
})

async function serve(limits?: HttpLimits) {
  const recorded = recordedApp()
  const http = createHttpServer(recorded.app, recorded.log, limits)
  servers.push(http)
  const { port } = await http.listen('127.0.0.1', 0)
  return { ...recorded, http, port, url: `http://127.0.0.1:${port}` }
}

/** What a server answers to bytes, to the end of the connection. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  return await within(5000, 'the end of the connection', readToEnd(socket))
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return text
}

const closing = 'Host: localhost\r\nConnection: close\r\n'

server('serves a ready body byte for byte, with its length', async () => {
  const { url, answers } = await serve()
  answers.get_torrent_list = () => readyReply('ü'.repeat(100_000))
  const response = await fetch(url + torrentsPath)
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.is(Number(response.headers.get('content-length')), bytes.length)
  assert.match(bytes.toString(), /^\{"status":"success","torrents":\[\{"name":"ü{100000}"\}\]\}$/)
})

server('answers 304 to a tag that is known', async () => {
  const { url, answers } = await serve()
  answers.get_torrent_list = () => readyReply('debian')
  const response = await fetch(url + torrentsPath, { headers: { 'if-none-match': '"7"' } })
  assert.is(response.status, 304)
  assert.is(response.headers.get('snapshot-age-ms'), '12')
})

server('answers HEAD without a body and keeps the connection', async () => {
  const { port } = await serve()
  const twice = await raw(
    port,
    `HEAD /v1/sessions HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\n${closing}\r\n`,
  )
  assert.is(twice.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
  assert.is(twice.match(/"status"/g)?.length, 1)
})

server('tells the handler the address of the caller', async () => {
  const { url, calls } = await serve()
  await (await fetch(`${url}/v1/sessions`)).text()
  assert.equal(calls[0]?.caller, anybody)
})

server('reads a file of a multipart upload in full', async () => {
  const { url, calls } = await serve()
  const bytes = new Uint8Array(3_000_000).map((_, i) => i % 251)
  const body = new FormData()
  body.set('save_path', 'a')
  body.set('file', new Blob([bytes]), 'a.torrent')
  const response = await fetch(url + torrentsPath, { method: 'POST', body })
  assert.is(response.status, 200)
  assert.ok(Buffer.from(bytes).equals(calls[0]?.input['file'] as Uint8Array))
})

for (const method of ['GET', 'DELETE']) {
  server(`reads a body of ${method}`, async () => {
    const { port, calls } = await serve()
    const path = method === 'GET' ? '/v1/sessions' : torrentPath
    const body = method === 'GET' ? '{"bad":1}' : '{"delete_data":1}'
    const head = `${method} ${path} HTTP/1.1\r\n${closing}Content-Type: application/json\r\n`
    const answer = await raw(port, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)
    if (method === 'GET') assert.match(answer, 'unknown_parameter')
    else assert.is(calls[0]?.input['delete_data'], true)
  })
}

server('refuses a chunked body above its limit while it arrives', async () => {
  const { port, calls } = await serve()
  for (const [type, path, limit] of [
    ['application/json', '/v1/sessions', 1024 * 1024],
    ['multipart/form-data; boundary=x', torrentsPath, 12 * 1024 * 1024],
  ] as const) {
    const request = httpRequest({
      port,
      path,
      method: 'POST',
      headers: { 'content-type': type },
      agent: false,
    })
    const answered = once(request, 'response') as Promise<[IncomingMessage]>
    request.write(Buffer.alloc(limit + 1, 'x')) // and it could go on
    const [response] = await within(5000, 'the refusal', answered)
    request.on('error', () => undefined)
    let text = ''
    for await (const part of response) text += String(part)
    request.destroy()
    assert.is(response.statusCode, 413)
    assert.is((JSON.parse(text) as Body).error?.code, 'body_too_large')
  }
  assert.is(calls.length, 0)
})

server('refuses a declared length above the limit without waiting for it', async () => {
  const { port } = await serve()
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n')
  socket.write(`Content-Length: ${2 ** 30}\r\n\r\n{`)
  const [answer] = (await within(5000, 'the refusal', once(socket, 'data'))) as [Buffer]
  assert.match(answer.toString(), 'HTTP/1.1 413')
  socket.destroy()
})

server('a body that ends early is no bug', async () => {
  const { port, logged, http } = await serve()
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n')
  socket.write('Content-Length: 100\r\n\r\n{"name"')
  await once(http.server, 'request')
  socket.destroy()
  await within(5000, 'the end of the server', http.close(4000))
  assert.equal(logged, [])
})

server('a missing or unreadable host is host_not_allowed in the failure shape', async () => {
  const { port } = await serve()
  for (const head of [
    '',
    'Host:\r\n',
    'Host: evil.example\r\n',
    'Host: a b\r\n',
    'Host: [::1\r\n',
    'Host: a/b\r\n',
  ]) {
    const answer = await raw(port, `GET /v1/sessions HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)
    assert.match(answer, 'HTTP/1.1 421')
    assert.match(answer, '"code":"host_not_allowed"')
    assert.match(answer, 'Access-Control-Allow-Origin: *')
  }
})

server('closes a connection whose headers do not arrive', async () => {
  const { port } = await serve({ headersTimeoutMs: 200, requestTimeoutMs: 400 })
  const silent = raw(port, '')
  const slow = raw(port, 'GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\nX-')
  assert.match(await slow, 'HTTP/1.1 408')
  await silent
})

server('closes a connection whose body does not arrive', async () => {
  const { port } = await serve({ headersTimeoutMs: 200, requestTimeoutMs: 400 })
  const head = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  await raw(port, `${head}Content-Length: 100\r\n\r\n{`)
})

server('takes no more connections than its limit', async () => {
  const { port, url, http } = await serve({ maxConnections: 2 })
  const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await eventually(5000, 'two connections', async () => (await countOf(http)) === 2)
  assert.is(await raw(port, `GET /health HTTP/1.1\r\n${closing}\r\n`), '')
  for (const socket of held) socket.destroy()
  await eventually(5000, 'no connection', async () => (await countOf(http)) === 0)
  assert.is((await fetch(`${url}/health`, { headers: { connection: 'close' } })).status, 200)
})

function countOf(http: HttpServer): Promise<number> {
  return new Promise((resolve) => http.server.getConnections((_, count) => resolve(count)))
}

server('ends idle connections at once and lets a request under way end', async () => {
  const { port, http, answers } = await serve()
  const agent = new Agent({ keepAlive: true })
  const idle = connect(port, '127.0.0.1')
  const gate = Promise.withResolvers<undefined>()
  const entered = Promise.withResolvers<undefined>()
  answers.get_session_list = async () => {
    entered.resolve(undefined)
    await gate.promise
    return { value: { sessions: [] } }
  }
  const request = httpRequest({ port, path: '/v1/sessions', agent }).end()
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  await entered.promise
  const closed = http.close(60_000)
  gate.resolve(undefined)
  const [response] = await answered
  assert.is(response.statusCode, 200)
  response.resume()
  idle.destroy()
  await within(5000, 'the end of the server', closed)
  agent.destroy()
})

server('ends whatever is left at the deadline', async () => {
  const { port, http, answers } = await serve()
  const entered = Promise.withResolvers<undefined>()
  answers.get_session_list = () => {
    entered.resolve(undefined)
    return new Promise(() => undefined)
  }
  const stuck = raw(port, 'GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await entered.promise
  await within(5000, 'the end of the server', http.close(100))
  assert.is(await stuck, '')
})

server('rejects a port that is taken', async () => {
  const { port } = await serve()
  const { app, log } = recordedApp()
  const second = createHttpServer(app, log)
  const code = await second.listen('127.0.0.1', port).then(
    () => 'listens',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  )
  assert.is(code, 'EADDRINUSE')
  await second.close(0)
})

server('an unknown path is not_found over the wire too', async () => {
  const { url } = await serve()
  assert.is(await failureOf(await fetch(`${url}/v1/none`)), '404 not_found')
})

server.run()
