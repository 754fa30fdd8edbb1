/** Idempotency-Key as callers meet it: a request that is sent again makes nothing again. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { createClient, createSocketClient } from '../../src/client/client.ts'
import { commands, type CommandName } from '../../src/protocol/commands.ts'
import type { Answered, Parameters } from '../support/faces.ts'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { freePort } from '../support/ports.ts'
import { request } from '../support/request.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const test = suite('test/e2e/idempotency')

/** Sends a POST with an Idempotency-Key. */
async function once(
  { address }: TestServer,
  once: string,
  command: CommandName,
  json: Parameters = {},
  key = adminKey,
): Promise<Answered> {
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': once }
  const path = commands[command].path.replace('{session_id}', String(json['session_id']))
  const { session_id: _, ...rest } = json
  return (await request(address + path, { method: 'POST', headers, json: rest })).body
}

async function sessionCount({ rest }: TestServer): Promise<number> {
  return (await rest.call('get_session_list')).sessions.length
}

async function wishedSession(memoryOnly = 0): Promise<Parameters> {
  const first = await freePort()
  return { port_range: `${first},${first + 20}`, dht: 0, memory_only: memoryOnly }
}

test('a repeat is answered the same, another request refused, another API key served by itself', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const wish = await wishedSession()
  const first = await once(server, 'a', 'create_session', wish)
  assert.is(first.status, 'success')
  assert.equal(await once(server, 'a', 'create_session', wish), first)
  const other = await once(server, 'a', 'create_session', { ...wish, name: 'other' })
  assert.is(codeOf(other), 'idempotency_key_reused')
  assert.is(codeOf(await once(server, 'a', 'create_backup')), 'idempotency_key_reused')
  const { key } = await makeKey(server, { scope: 'control' })
  assert.is.not((await once(server, 'a', 'create_session', wish, key))['session'], first['session'])
  assert.is(await sessionCount(server), 2)

  // what is no key is told, what needs none does not mind
  assert.is(codeOf(await once(server, 'x'.repeat(256), 'create_session', wish)), 'invalid_parameter')
  const tickets = [await once(server, 'a', 'create_ticket'), await once(server, 'a', 'create_ticket')]
  assert.is.not(tickets[0]?.['ticket'], tickets[1]?.['ticket'])

  // a file as bytes, and a failure, which is not kept
  const { id } = first['session'] as { id: string }
  const { bytes, infoHash } = makeMetainfo()
  const add = { session_id: id, save_path: 'a', autostart: 0, file: Buffer.from(bytes).toString('base64') }
  const refused = await once(server, 'b', 'upload_torrent', { ...add, file: 'aaaa' })
  assert.is(codeOf(refused), 'invalid_bencode')
  const added = await once(server, 'b', 'upload_torrent', add)
  assert.is(added['info_hash'], infoHash)
  await server.rest.call('delete_torrent', { session_id: id, info_hash: infoHash })
  assert.equal(await once(server, 'b', 'upload_torrent', add), added)
  assert.equal((await server.rest.call('get_torrent_list', { session_id: id })).torrents, [])
})

test('repeats that come at once run once, over REST and Socket.IO together', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const { port_range, ...rest } = await wishedSession()
  const wish = { ...rest, port_range: String(port_range), dht: 0, memory_only: 1 } as const
  const socket = io(server.address, { transports: ['websocket'], forceNew: true, auth: { key: adminKey } })
  try {
    const clients = [createClient(server.address, { key: adminKey }), createSocketClient(socket)]
    const calls = Array.from({ length: 5 }, () =>
      clients.map(async (client) => (await client.call('create_session', wish, 'at once')).session.id),
    )
    assert.is(new Set(await Promise.all(calls.flat())).size, 1)
  } finally {
    socket.disconnect()
  }
  assert.is(await sessionCount(server), 1)
  const backups = await Promise.all([1, 2, 3].map(() => once(server, 'b', 'create_backup')))
  assert.is(new Set(backups.map((body) => body['name'])).size, 1)
  assert.is(readdirSync(join(server.dataDir, 'backups')).length, 1)
})

test('the secret of a key is answered once and kept nowhere', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const wish = { scope: 'read', sessions: 'all' }
  const { api_key: secret, key } = (await once(server, 'k', 'create_key', wish)) as unknown as {
    api_key: string
    key: { prefix: string }
  }
  const again = await once(server, 'k', 'create_key', wish)
  assert.is(codeOf(again), 'already_shown')
  assert.match(again.message ?? '', key.prefix)
  assert.is((await server.rest.call('get_key_list')).keys.length, 2)
  await server.stop()
  const files = readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
  const kept = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  const texts = kept.map((file) => readFileSync(file, 'latin1'))
  assert.ok(texts.some((text) => text.includes(key.prefix)))
  assert.not(texts.some((text) => text.includes(secret.slice(15))))
})

test('a restart keeps the answers to what it keeps', async () => {
  const dataDir = temporaryFolder()
  const [durable, brief] = [await wishedSession(0), await wishedSession(1)]
  const answers: Answered[] = []
  {
    await using server = await startTestServer({ ADMIN_KEY: adminKey, DATA_DIR: dataDir })
    answers.push(await once(server, 'd', 'create_session', durable))
    answers.push(await once(server, 'b', 'create_session', brief))
  }
  await using server = await startTestServer({ ADMIN_KEY: adminKey, DATA_DIR: dataDir })
  assert.equal(await once(server, 'd', 'create_session', durable), answers[0])
  const { id } = (await once(server, 'b', 'create_session', brief))['session'] as { id: string }
  assert.is.not(id, (answers[1]?.['session'] as { id: string }).id)
  assert.is(await sessionCount(server), 2)
})

test.run()
