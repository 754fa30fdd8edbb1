/** What the seed of the project promises, answer by answer, over both faces. */
import { createServer } from 'node:net'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { commandNames, commands } from '../../src/protocol/commands.ts'
import { torrentRow } from '../../src/protocol/torrent.ts'
import { freePort } from '../support/ports.ts'
import type { Answered, Face, Parameters } from '../support/faces.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const contract = suite('test/e2e/contract')
const made = makeMetainfo({ content: 50_000 })
const faces = ['REST', 'Socket.IO'] as const
const waitMs = 20_000
const hex40 = /^[0-9a-f]{40}$/

let server: TestServer
let socket: Face

/** Defines a test for each face, on a server without sessions. */
function onBoth(title: string, run: (face: Face) => Promise<void>): void {
  for (const name of faces) {
    contract(`${name}: ${title}`, async () => {
      await run(name === 'REST' ? server.rest : socket)
      const { sessions } = await server.rest.call('get_session_list')
      for (const { id } of sessions) await server.rest.call('delete_session', { session_id: id })
    })
  }
}

contract.before(async () => {
  server = await startTestServer()
  socket = await server.socket()
})

function isSession(value: unknown, port: number): void {
  const { id, port: told } = value as Record<string, unknown>
  assert.match(String(id), hex40)
  assert.is(told, port)
}

/** The seven fields of a torrent that the seed's clients read. */
function isTorrent(value: unknown, state: string): void {
  const row = value as Record<string, unknown>
  assert.is(row['info_hash'], made.infoHash)
  assert.is(row['state'], state)
  for (const name of ['download_rate', 'num_peers', 'progress', 'upload_rate']) {
    assert.is(row[name], 0, name)
  }
}

function isFailure(body: Answered, code: string): void {
  assert.is(body.status, 'fail')
  assert.equal(body.error, { code, message: body.message })
}

onBoth('create_session answers the id and the port below `session`', async (face) => {
  const port = await freePort()
  const body = await face.ask('create_session', { port_range: `${port},${port}`, memory_only: 1 })
  assert.is(body.status, 'success')
  isSession(body['session'], port)
})

onBoth('get_session_list answers every session with id and port', async (face) => {
  assert.equal(withoutAge(await face.ask('get_session_list')), { status: 'success', sessions: [] })
  const first = await openSession(face)
  const second = await openSession(face)
  const { sessions } = await face.call('get_session_list')
  assert.equal(
    sessions.map(({ id, port }) => ({ id, port })),
    [first, second].map(({ id, port }) => ({ id, port })),
  )
})

onBoth('get_session answers id and port beside the status', async (face) => {
  const { id, port } = await openSession(face)
  const body = await face.ask('get_session', { session_id: id })
  assert.is(body.status, 'success')
  isSession(body, port)
})

onBoth('delete_session answers success and nothing else, and the session is gone', async (face) => {
  const { id } = await openSession(face)
  assert.equal(await face.ask('delete_session', { session_id: id }), { status: 'success' })
  isFailure(await face.ask('get_session', { session_id: id }), 'session_not_found')
  isFailure(await face.ask('delete_session', { session_id: id }), 'session_not_found')
  assert.equal((await face.call('get_session_list')).sessions, [])
})

onBoth('a port that cannot be bound fails with the message of the seed', async (face) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const body = await face.ask('create_session', { ports: [port], dht: 0 }).finally(() => holder.close())
  assert.is(body.message, 'bind failed address already in use')
  isFailure(body, 'bind_failed')
  assert.equal((await face.call('get_session_list')).sessions, [])
})

onBoth('a port that another session has fails with the message of the seed', async (face) => {
  const { port } = await openSession(face)
  const body = await face.ask('create_session', { ports: [port] })
  assert.is(body.message, 'bind failed address already in use')
})

onBoth("upload_torrent answers the seed's fields beside the status", async (face) => {
  const { id } = await openSession(face)
  const body = await face.ask('upload_torrent', { session_id: id, file: made.bytes, save_path: 'here' })
  assert.is(body.status, 'success')
  isTorrent(body, 'checking_resume_data')
})

onBoth("get_torrent_list answers rows with the seed's fields", async (face) => {
  const session = await openSession(face)
  const of = { session_id: session.id }
  assert.equal(withoutAge(await face.ask('get_torrent_list', of)), { status: 'success', torrents: [] })
  await face.call('upload_torrent', { ...of, file: made.bytes, save_path: 'here' })
  await whenState(face, session, made.infoHash, 'downloading')
  const { torrents } = await face.call('get_torrent_list', of)
  assert.is(torrents.length, 1)
  isTorrent(torrents[0], 'downloading')
})

onBoth('rows have exactly the fields of the schema and about 300 bytes', async (face) => {
  const session = await openSession(face)
  await face.call('upload_torrent', { session_id: session.id, file: made.bytes, save_path: 'here' })
  await whenState(face, session, made.infoHash, 'downloading')
  const { torrents } = await face.call('get_torrent_list', { session_id: session.id })
  const expected = Object.keys(torrentRow.shape).filter((name) => name !== 'error')
  assert.equal(Object.keys(torrents[0] ?? {}).sort(), expected.sort())
  const { length } = JSON.stringify(torrents[0])
  assert.ok(length > 200 && length < 400, `a row has ${length} bytes`)
})

onBoth('get_torrent answers the row and what never changes', async (face) => {
  const session = await openSession(face)
  const of = { session_id: session.id, info_hash: made.infoHash }
  await face.call('upload_torrent', { session_id: session.id, file: made.bytes, save_path: 'here' })
  await whenState(face, session, made.infoHash, 'downloading')
  const body = await face.ask('get_torrent', of)
  isTorrent(body, 'downloading')
  assert.is(body['num_pieces'], made.pieceCount)
  assert.is(body['piece_length'], made.pieceLength)
  assert.is(body['storage_mode'], 'sparse')
  assert.is(body['private'], false)
  const upper = await face.ask('get_torrent', { ...of, info_hash: made.infoHash.toUpperCase() })
  assert.is(upper['info_hash'], made.infoHash)
})

onBoth('delete_torrent answers success and nothing else, and the torrent is gone', async (face) => {
  const session = await openSession(face)
  const of = { session_id: session.id, info_hash: made.infoHash }
  await face.call('upload_torrent', { session_id: session.id, file: made.bytes, save_path: 'here' })
  assert.equal(await face.ask('delete_torrent', of), { status: 'success' })
  isFailure(await face.ask('get_torrent', of), 'torrent_not_found')
  isFailure(await face.ask('delete_torrent', of), 'torrent_not_found')
  assert.equal((await face.call('get_torrent_list', { session_id: session.id })).torrents, [])
})

onBoth('restart_session brings the session back on its port with its torrents', async (face) => {
  const session = await openSession(face)
  await face.call('upload_torrent', { session_id: session.id, file: made.bytes, save_path: 'here' })
  const answer = await face.call('restart_session', { session_id: session.id })
  assert.is(answer.id, session.id)
  assert.is(answer.state, 'restarting')
  await whenState(face, session, made.infoHash, 'downloading')
  const { port, state, restarts } = await face.call('get_session', { session_id: session.id })
  assert.equal({ port, state, restarts }, { port: session.port, state: 'running', restarts: 1 })
})

onBoth('stop_torrent and start_torrent answer the row, and the torrent follows', async (face) => {
  const session = await openSession(face)
  const of = { session_id: session.id, info_hash: made.infoHash }
  await face.call('upload_torrent', { session_id: session.id, file: made.bytes, save_path: 'here' })
  await whenState(face, session, made.infoHash, 'downloading')
  isTorrent(await face.ask('stop_torrent', of), 'stopped')
  await whenState(face, session, made.infoHash, 'stopped')
  assert.is((await face.ask('start_torrent', of)).status, 'success')
  await whenState(face, session, made.infoHash, 'downloading')
})

onBoth('every command on a session that is none fails with session_not_found', async (face) => {
  const given: Parameters = {
    info_hash: made.infoHash,
    info_hashes: 'all',
    file: made.bytes,
    save_path: 'here',
    address: '192.0.2.1:6881',
    path: 'a',
    new_path: 'b',
    indexes: 0,
    priority: 'high',
    url: 'http://192.0.2.1/',
    position: 'top',
    index: 0,
    topic: 'torrents',
    urls: 'http://192.0.2.1/',
  }
  for (const id of ['2d4c54303130302d655f38397933685052467163', 'not-an-id', '__proto__']) {
    for (const command of commandNames.filter((name) => 'session_id' in commands[name].input.shape)) {
      const taken = Object.entries(given).filter(([name]) => name in commands[command].input.shape)
      const parameters = { session_id: id, ...Object.fromEntries(taken) }
      if ('file' in parameters) Reflect.deleteProperty(parameters, 'url')
      // asked without a pause they keep the server busy, which is in this thread
      const body = await eventually(waitMs, command, async () => {
        const answer = await face.ask(command, parameters)
        return answer.error?.code !== 'overloaded' && answer
      })
      isFailure(body, 'session_not_found')
    }
  }
})

/** Socket.IO tells in the body how old a list is, HTTP in headers. */
function withoutAge(body: Answered): object {
  const { snapshot_age_ms: _age, snapshot_stale: _stale, ...rest } = body
  return rest
}

contract('the server ends with nothing left behind', async () => {
  await server[Symbol.asyncDispose]()
})

contract.run()
