/** What bounds callers of a server that requires keys: wrong keys, rates, sockets, load and idle connections. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { adminKey, codeOf, makeKey, wrongKey } from '../support/keys.ts'
import { request } from '../support/request.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { eventually, suite, within } from '../support/suite.ts'

const bounds = suite('test/e2e/bounds')
const ADMIN_KEY = adminKey
const waitMs = 20_000

async function ask(server: TestServer, key: string | undefined, headers: Record<string, string> = {}) {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return await request(`${server.address}/v1/sessions`, { headers: { ...authorization, ...headers } })
}

async function socketOutcome(server: TestServer, key: string): Promise<string> {
  const socket = io(server.address, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { key },
  })
  const outcome = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'))
    socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
      resolve(error.data?.code ?? error.message),
    )
  })
  return await within(waitMs, 'an outcome', outcome).finally(() => socket.disconnect())
}

bounds('an address that brings wrong keys is told to wait, and a valid key from it is served', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  for (let n = 0; n < 10; n += 1) assert.is((await ask(server, wrongKey)).status, 401)
  const refused = await ask(server, wrongKey)
  assert.is(refused.status, 429)
  assert.match(String(refused.headers.get('retry-after')), /^\d+$/)
  assert.is(await socketOutcome(server, wrongKey), 'rate_limited')
  assert.is((await ask(server, undefined)).status, 401)
  assert.is((await ask(server, adminKey)).status, 200)
  assert.is(await socketOutcome(server, adminKey), 'connected')
  const told = server.lines.filter(({ msg }) => msg === 'too many wrong keys from an address')
  assert.equal(
    told.map(({ address }) => address),
    ['127.0.0.1'],
  )
})

bounds('behind a trusted proxy each caller stands for itself, and nobody else names another', async () => {
  await using proxied = await startTestServer({ ADMIN_KEY, TRUSTED_PROXIES: 'loopback' })
  const guess = async (server: TestServer, from: string) =>
    (await ask(server, wrongKey, { 'x-forwarded-for': from })).status
  for (let n = 0; n < 11; n += 1) await guess(proxied, '198.51.100.7')
  assert.is(await guess(proxied, '198.51.100.7'), 429)
  assert.is(await guess(proxied, '198.51.100.8'), 401)
  await using bare = await startTestServer({ ADMIN_KEY })
  for (let n = 0; n < 11; n += 1) await guess(bare, `198.51.100.${n}`)
  assert.is(await guess(bare, '203.0.113.1'), 429)
})

bounds('a key that carries a rate limit is held to it on both faces, and others are not', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const { key, entry } = await makeKey(server, { scope: 'read', sessions: 'all', rate_limit: 5 })
  assert.is(entry.rate_limit, 5)
  const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await ask(server, key)).status))
  assert.ok(statuses.includes(429))
  assert.ok(statuses.includes(200))
  const free = await Promise.all(Array.from({ length: 30 }, async () => (await ask(server, adminKey)).status))
  assert.equal(new Set(free), new Set([200]))
  const other = await makeKey(server, { scope: 'read', sessions: 'all', rate_limit: 5 })
  const socket = await server.socket(other.key)
  const codes = await Promise.all(
    Array.from({ length: 30 }, async () => codeOf(await socket.ask('get_session_list'))),
  )
  assert.ok(codes.includes('rate_limited'))
})

bounds('sockets and commands of one key are bounded, over all of its sockets', async () => {
  await using server = await startTestServer({ ADMIN_KEY, SOCKETS_PER_KEY: '3', COMMANDS_PER_KEY: '10' })
  const { key } = await makeKey(server, { scope: 'read', sessions: 'all' })
  const sockets = [await server.socket(key), await server.socket(key), await server.socket(key)]
  assert.is(await socketOutcome(server, key), 'rate_limited')
  assert.is(await socketOutcome(server, adminKey), 'connected')
  const asks = sockets.flatMap((socket) => Array.from({ length: 20 }, () => socket.ask('get_session_list')))
  const codes = (await Promise.all(asks)).map(codeOf)
  assert.ok(codes.includes('success'))
  assert.ok(codes.filter((code) => code === 'rate_limited').length >= 20)
  sockets[0]?.close()
  await eventually(waitMs, 'a place', async () => (await socketOutcome(server, key)) === 'connected')
})

bounds('under load fetches are shed, and health, lists and single adds are answered', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const busy = new AbortController()
  const load = (async () => {
    while (!busy.signal.aborted) {
      const end = performance.now() + 20
      while (performance.now() < end);
      await turn()
    }
  })()
  const of = { session_id: session.id, save_path: 'a' }
  try {
    await eventually(waitMs, 'the refusal', async () => {
      const fetched = await server.rest.ask('upload_torrent', { ...of, url: 'http://127.0.0.1:1/a.torrent' })
      return codeOf(fetched) === 'overloaded'
    })
    const shed = await request(`${server.address}/v1/sessions/${session.id}/torrents`, {
      method: 'POST',
      json: { save_path: 'a', url: 'http://127.0.0.1:1/' },
    })
    assert.equal([shed.status, shed.headers.get('retry-after')], [503, '1'])
    assert.is(codeOf(await server.rest.ask('create_backup')), 'overloaded')
    assert.is((await request(`${server.address}/health`)).status, 200)
    assert.is(codeOf(await server.rest.ask('get_session_list')), 'success')
    const added = { ...of, magnet: `magnet:?xt=urn:btih:${'ab'.repeat(20)}`, autostart: 0 }
    assert.is(codeOf(await server.rest.ask('upload_torrent', added)), 'success')
  } finally {
    busy.abort()
    await load
  }
  await eventually(
    waitMs,
    'the end of it',
    async () => codeOf(await server.rest.ask('create_backup')) === 'success',
  )
})

bounds('2,000 connections that never finish a request leave a good caller served', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const { port } = new URL(server.address)
  const half: Socket[] = []
  try {
    for (let n = 0; n < 2000; n += 1) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      half.push(socket)
      if (n % 100 === 99) await within(waitMs, 'the connection', once(socket, 'connect'))
      socket.write(n % 2 === 0 ? 'GET /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-' : '')
    }
    for (let n = 0; n < 50; n += 1) assert.is((await ask(server, adminKey)).status, 200)
    assert.is(await socketOutcome(server, adminKey), 'connected')
  } finally {
    for (const socket of half) socket.destroy()
  }
})

bounds.run()
