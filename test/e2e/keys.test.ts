/** API keys as callers meet them: over REST, Socket.IO and JSONP, on a server that requires them. */
import { runInNewContext } from 'node:vm'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { commandNames, commands, type CommandName } from '../../src/protocol/commands.ts'
import { restFace, type Answered, type Parameters } from '../support/faces.ts'
import { adminKey, codeOf, makeKey, wrongKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { suite, within } from '../support/suite.ts'

const keys = suite('test/e2e/keys')
const waitMs = 10_000

keys(
  'without a key everything but health is unauthorized, in the same words for every wrong one',
  async () => {
    await using server = await startTestServer({ ADMIN_KEY: adminKey, TRUSTED_PROXIES: 'loopback' })
    for (const path of ['/health', '/ready']) assert.is((await request(server.address + path)).status, 200)
    const wrong = ['', 'Bearer', `Bearer ${wrongKey}`, `Bearer ${adminKey.slice(0, -1)}`, `Basic ${adminKey}`]
    const headers: Record<string, string>[] = [
      {},
      { 'x-api-key': wrongKey },
      { 'x-api-key': adminKey.toUpperCase() },
      // the first way that is used counts
      { authorization: `Bearer ${wrongKey}`, 'x-api-key': adminKey },
      ...wrong.map((authorization) => ({ authorization })),
    ]
    const answers = new Set<string>()
    let answered = 0
    for (const path of ['/v1/sessions', '/v1/sessions?api_key=' + adminKey, '/nowhere']) {
      for (const some of headers) {
        const {
          status,
          text,
          headers: told,
        } = await request(server.address + path, {
          headers: { ...some, 'x-forwarded-for': `192.0.2.${answered}` },
        })
        answered += 1
        assert.is(status, 401, JSON.stringify(some))
        assert.is(told.get('www-authenticate'), 'Bearer')
        answers.add(text)
      }
    }
    assert.is(answers.size, 1)
    const written = await request(`${server.address}/v1/sessions`, { method: 'POST', text: 'x'.repeat(100) })
    assert.is(written.status, 401)
  },
)

keys('Authorization and X-Api-Key open REST, auth.key and the same headers a socket', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  for (const headers of [{ authorization: `bearer ${adminKey}` }, { 'x-api-key': adminKey }]) {
    assert.is((await request(`${server.address}/v1/sessions`, { headers })).status, 200)
    // the second time by the short way of repeated reads
    assert.is((await request(`${server.address}/v1/sessions`, { headers })).status, 200)
    assert.is(await connection(server, { extraHeaders: headers }), 'connected')
  }
  assert.is((await request(`${server.address}/v1/sessions`)).status, 401)
  assert.is(await connection(server, { auth: { key: adminKey } }), 'connected')
  for (const auth of [{}, { key: '' }, { key: wrongKey }, { key: [adminKey] }, { key: null }]) {
    assert.is(await connection(server, { auth }), 'unauthorized', JSON.stringify(auth))
  }
})

/** Whether a socket is let in, or the code of its refusal. */
async function connection(server: TestServer, options: Parameters): Promise<string> {
  const socket = io(server.address, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  })
  const outcome = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'))
    socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
      resolve(error.data?.code ?? error.message),
    )
  })
  return await within(waitMs, 'an outcome', outcome).finally(() => socket.disconnect())
}

keys('a page of another site with a key may write: it was given the key', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const headers = {
    authorization: `Bearer ${adminKey}`,
    origin: 'https://panel.example',
    'sec-fetch-site': 'cross-site',
  }
  const json = { scope: 'control' }
  const url = `${server.address}/v1/keys`
  assert.is((await request(url, { method: 'POST', headers, json })).status, 200)
  const { authorization: _, ...bare } = headers
  assert.is((await request(url, { method: 'POST', headers: bare, json })).status, 401)
})

keys('JSONP takes a key of scope read in its address, which nothing else does', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const { key: reader } = await makeKey(server, { scope: 'read', sessions: 'all' })
  const { key: writer } = await makeKey(server, { scope: 'control', sessions: 'all' })
  const url = (query: string): string => `${server.address}/v1/sessions?${query}`
  for (const _ of [1, 2]) {
    const script = await request(url(`callback=take&api_key=${reader}`))
    const told: Answered[] = []
    runInNewContext(script.text, { take: (body: Answered) => told.push(body) })
    assert.is(told[0]?.status, 'success')
  }
  const statusOf = async (query: string, method = 'GET'): Promise<number> =>
    (await request(url(query), { method })).status
  assert.is(await statusOf(`callback=take&api_key=${writer}`), 403)
  assert.is(await statusOf(`callback=take&api_key=${wrongKey}`), 401)
  assert.is(await statusOf(`api_key=${reader}`), 401)
  assert.is(await statusOf(`callback=take&api_key=${reader}`, 'POST'), 401)
})

keys('a key is listed by its prefix only, and kept as a hash', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const { key, prefix } = await makeKey(server, { scope: 'control', name: 'tenant' })
  assert.match(key, /^rt_[0-9a-f]{64}$/)
  assert.is(prefix, key.slice(0, 15))
  const { keys: listed } = await server.rest.call('get_key_list')
  assert.equal(
    listed.map((entry) => [entry.prefix, entry.name, entry.scope, entry.sessions]),
    [
      [adminKey.slice(0, 15), 'RESTTORRENT_ADMIN_KEY', 'admin', 'all'],
      [prefix, 'tenant', 'control', []],
    ],
  )
  for (const secret of [key, adminKey]) {
    assert.not.match(JSON.stringify([listed, server.lines]), secret.slice(15))
  }
})

keys('scopes are read, control and admin, each with what those before it may', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const session = await openSession(server.rest)
  const tried: [scope: string, command: CommandName, parameters: Parameters, code: string][] = [
    ['read', 'get_session', { session_id: session.id }, 'success'],
    ['read', 'restart_session', { session_id: session.id }, 'forbidden'],
    ['read', 'create_session', {}, 'forbidden'],
    ['control', 'restart_session', { session_id: session.id }, 'success'],
    ['control', 'get_key_list', {}, 'forbidden'],
    ['control', 'create_key', { scope: 'admin' }, 'forbidden'],
    ['control', 'export_session', { session_id: session.id }, 'forbidden'],
    ['admin', 'get_key_list', {}, 'success'],
    ['control', 'update_host', { max_peers: 10 }, 'forbidden'],
    ['control', 'update_session', { session_id: session.id, weight: 200 }, 'forbidden'],
    ['control', 'create_session', { upload_guarantee: 1000 }, 'forbidden'],
    ['admin', 'update_session', { session_id: session.id, weight: 200 }, 'success'],
  ]
  for (const [scope, command, parameters, code] of tried) {
    const { key, face } = await makeKey(server, { scope, sessions: 'all' })
    assert.is(codeOf(await face.ask(command, parameters)), code, `${scope} ${command}`)
    const socket = await server.socket(key)
    assert.is(codeOf(await socket.ask(command, parameters)), code, `${scope} ${command}`)
  }
})

keys('an administrator of some sessions administers these and not the server', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const session = await openSession(server.rest)
  const { face } = await makeKey(server, { scope: 'admin', sessions: session.id })
  assert.is(codeOf(await face.ask('export_session', { session_id: session.id })), 'success')
  for (const [command, parameters] of [
    ['create_key', { scope: 'admin', sessions: 'all' }],
    ['get_key_list', {}],
    ['revoke_key', { prefix: adminKey.slice(0, 15) }],
    ['create_backup', {}],
    ['import_session', { name: 'a' }],
  ] as const) {
    assert.is(codeOf(await face.ask(command, parameters)), 'forbidden', command)
  }
})

keys('what is not yours answers exactly as what is not there, on both faces', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey, COMMANDS_PER_KEY: '1000' })
  const mine = await makeKey(server, { scope: 'control' })
  const others = await makeKey(server, { scope: 'control' })
  const session = await openSession(others.face, { name: 'theirs' })
  const { bytes, infoHash } = makeMetainfo()
  await addTorrent(others.face, session, { file: bytes, autostart: 0 })
  const urls = { urls: 'http://192.0.2.1/' }
  const sources = {
    add_tracker: urls,
    add_trackers: urls,
    edit_tracker: { url: urls.urls },
    edit_trackers: { url: urls.urls },
    remove_tracker: urls,
    remove_trackers: urls,
    add_web_seed: urls,
    add_web_seeds: urls,
    remove_web_seed: urls,
    remove_web_seeds: urls,
  }
  const parameters: Partial<Record<CommandName, Parameters>> = {
    upload_torrent: { magnet: `magnet:?xt=urn:btih:${infoHash}`, save_path: 'a' },
    create_webhook: { url: 'http://192.0.2.1/' },
    get_updates: { topic: 'torrents' },
    add_peer: { address: '192.0.2.1:6881' },
    ban_peer: { address: '192.0.2.1' },
    reorder_torrent: { position: 'top' },
    reorder_torrents: { position: 'top' },
    create_link: { index: 0 },
    unban_peer: { address: '192.0.2.1' },
    ...sources,
    update_file: { indexes: 0, priority: 0 },
    rename_file: { path: 'a', new_path: 'b' },
    create_torrent: { path: 'a' },
    move_torrent: { save_path: 'a' },
  }
  const faces = [mine.face, await server.socket(mine.key)]
  const tried = commandNames.filter((name) => 'session_id' in commands[name].input.shape)
  for (const face of faces) {
    for (const command of tried) {
      const ask = async (session_id: string) =>
        await face.ask(command, { session_id, info_hash: infoHash, ...parameters[command] })
      const needs = commands[command].input.shape
      const many = 'info_hashes' in needs ? { info_hashes: 'all' } : {}
      const single = 'info_hashes' in needs ? parameters[command.slice(0, -1) as CommandName] : {}
      const given =
        'info_hash' in needs
          ? ask
          : async (session_id: string) =>
              await face.ask(command, { session_id, ...many, ...single, ...parameters[command] })
      const foreign = await given(session.id)
      assert.is(codeOf(foreign), commands[command].scope === 'admin' ? 'forbidden' : 'session_not_found')
      assert.equal(foreign, await given('f'.repeat(40)), command)
    }
    assert.equal((await face.call('get_session_list')).sessions, [])
  }
  const answerOf = async (method: string, id: string, rest: string): Promise<unknown> => {
    const { status, headers, text } = await request(`${server.address}/v1/sessions/${id}${rest}`, {
      method,
      headers: { authorization: `Bearer ${mine.key}`, 'if-none-match': '*' },
    })
    return [status, [...headers].filter(([name]) => name !== 'date'), text]
  }
  for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'])
    for (const rest of ['', '/torrents', `/torrents/${infoHash}`, `/torrents/${infoHash}/start`, '/nothing'])
      assert.equal(
        await answerOf(method, session.id, rest),
        await answerOf(method, 'f'.repeat(40), rest),
        `${method} ${rest}`,
      )
  assert.equal(
    (await others.face.call('get_session_list')).sessions.map(({ id, owner }) => [id, owner]),
    [[session.id, others.prefix]],
  )
  assert.equal((await server.rest.call('get_session_list')).sessions.length, 1)
})

keys('the tag of a list tells nothing of sessions that are not yours', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const mine = await makeKey(server, { scope: 'control' })
  const headers = { authorization: `Bearer ${mine.key}` }
  const tag = async () => (await request(`${server.address}/v1/sessions`, { headers })).headers.get('etag')
  const before = await tag()
  await openSession(server.rest)
  assert.is(await tag(), before)
  const again = await request(`${server.address}/v1/sessions`, {
    headers: { ...headers, 'if-none-match': String(before) },
  })
  assert.is(again.status, 304)
})

keys('a key of named sessions uses them and those that it makes', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const [named, hidden] = [await openSession(server.rest), await openSession(server.rest)]
  const { face } = await makeKey(server, { scope: 'control', sessions: [named.id] })
  const made = await openSession(face)
  const listed = (await face.call('get_session_list')).sessions.map(({ id }) => id)
  assert.equal(listed, [named.id, made.id])
  assert.is(codeOf(await face.ask('delete_session', { session_id: hidden.id })), 'session_not_found')
  assert.is(codeOf(await face.ask('delete_session', { session_id: named.id })), 'success')
})

keys('a revoked key ends at once, also on an open socket, and its sessions stay', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const { key, prefix, face } = await makeKey(server, { scope: 'control' })
  const session = await openSession(face)
  const socket = io(server.address, { transports: ['websocket'], forceNew: true, auth: { key } })
  try {
    await within(waitMs, 'the connection', new Promise<void>((done) => socket.once('connect', () => done())))
    const other = await server.socket()
    const told = new Promise<unknown>((done) => socket.once('key_revoked', done))
    const gone = new Promise<string>((done) => socket.once('disconnect', done))
    await server.rest.call('revoke_key', { prefix })
    assert.is(codeOf(await face.ask('get_session_list')), 'unauthorized')
    assert.equal(await within(waitMs, 'the event', told), { key: prefix })
    assert.is(await within(waitMs, 'the end', gone), 'io server disconnect')
    assert.is((await other.call('get_session_list')).sessions[0]?.id, session.id)
  } finally {
    socket.disconnect()
  }
  assert.is(codeOf(await server.rest.ask('revoke_key', { prefix })), 'key_not_found')
  assert.is(codeOf(await server.rest.ask('revoke_key', { prefix: 'nonsense' })), 'key_not_found')
  assert.is(codeOf(await server.rest.ask('revoke_key', { prefix: adminKey.slice(0, 15) })), 'forbidden')
})

keys('without keys a key that is sent counts all the same', async () => {
  await using server = await startTestServer()
  const reader = await makeKey(server, { scope: 'read', sessions: 'all' })
  assert.is(codeOf(await reader.face.ask('create_session', {})), 'forbidden')
  assert.is(codeOf(await restFace(server.address, wrongKey).ask('get_session_list')), 'unauthorized')
  assert.is(codeOf(await server.rest.ask('create_key', { scope: 'read' })), 'invalid_parameter')
})

keys.run()
