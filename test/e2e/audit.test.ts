/** The audit log, and what neither it nor the other log ever holds. */
import * as assert from 'uvu/assert'
import type { AuditRow } from '../../src/protocol/audit.ts'
import { restFace } from '../support/faces.ts'
import { adminKey, codeOf, makeKey, wrongKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const audit = suite('test/e2e/audit')
const ADMIN_KEY = adminKey
const passkey = 'f00dfeedf00dfeedf00dfeed'

const told = ({ key, command, session_id, info_hash, key_prefix, transport, result }: AuditRow) =>
  [key, transport, command, session_id, info_hash, key_prefix, result] as const

audit(
  'every change is noted with who, what, from where and what came of it, over a restart too',
  async () => {
    const DATA_DIR = temporaryFolder()
    const admin = adminKey.slice(0, 15)
    let expected: (string | null)[][]
    {
      await using server = await startTestServer({ ADMIN_KEY, DATA_DIR })
      const { key, prefix, face } = await makeKey(server, { scope: 'control' })
      const before = Date.now()
      const session = await openSession(face)
      const socket = await server.socket(key)
      const { bytes, infoHash } = makeMetainfo()
      await addTorrent(socket, session, { file: bytes, autostart: 0 })
      const absent = 'f'.repeat(40)
      await face.ask('delete_session', { session_id: absent })
      await face.ask('create_key', { scope: 'admin' })
      // reads are no changes
      for (const one of [face, socket]) await one.ask('get_torrent_list', { session_id: session.id })
      await server.rest.call('revoke_key', { prefix })
      expected = [
        [admin, 'rest', 'revoke_key', null, null, prefix, 'success'],
        [prefix, 'rest', 'create_key', null, null, null, 'forbidden'],
        [prefix, 'rest', 'delete_session', absent, null, null, 'session_not_found'],
        [prefix, 'socket', 'upload_torrent', session.id, infoHash, null, 'success'],
        [prefix, 'rest', 'create_session', session.id, null, null, 'success'],
        [admin, 'rest', 'create_key', null, null, prefix, 'success'],
      ]
      const { entries } = await server.rest.call('get_audit_log')
      assert.equal(entries.map(told), expected)
      assert.ok(entries.every(({ address }) => address === '127.0.0.1'))
      assert.ok(entries.slice(0, 5).every(({ at }) => at >= before && at <= Date.now()))
    }
    await using server = await startTestServer({ ADMIN_KEY, DATA_DIR })
    const { entries } = await server.rest.call('get_audit_log', { limit: 2 })
    const older = await server.rest.call('get_audit_log', { before: entries[1]?.id })
    assert.equal([...entries, ...older.entries].map(told), expected)
  },
)

audit('only an administrator of all sessions reads it', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const session = await openSession(server.rest)
  for (const parameters of [
    { scope: 'read', sessions: 'all' },
    { scope: 'control', sessions: 'all' },
    { scope: 'admin', sessions: session.id },
  ]) {
    const { face } = await makeKey(server, parameters)
    assert.is(codeOf(await face.ask('get_audit_log')), 'forbidden')
  }
})

audit('neither log holds keys or passkeys', async () => {
  await using server = await startTestServer({ ADMIN_KEY, ALLOW_PRIVATE: 'loopback' })
  const { key, face } = await makeKey(server, { scope: 'control', name: 'tenant' })
  const reader = await makeKey(server, { scope: 'read', sessions: 'all' })
  const session = await openSession(face)
  const { bytes } = makeMetainfo({ trackers: [`http://127.0.0.1:1/${passkey}/announce?key=${passkey}`] })
  await addTorrent(face, session, { file: bytes })
  const url = `http://127.0.0.1:1/download/${passkey}.torrent?passkey=${passkey}`
  await face.ask('upload_torrent', { session_id: session.id, save_path: 'a', url })
  const magnet = `magnet:?xt=urn:btih:${'cd'.repeat(20)}&tr=udp://127.0.0.1:1/${passkey}`
  await face.ask('upload_torrent', { session_id: session.id, save_path: 'a', magnet })
  const list = `${server.address}/v1/sessions`
  await request(`${list}?callback=f&api_key=${reader.key}`)
  await request(`${list}?api_key=${key}`)
  await request(list, { headers: { authorization: `Bearer ${wrongKey}` } })
  await face.ask('delete_session', { session_id: session.id })
  const logged = JSON.stringify([server.lines, await server.rest.call('get_audit_log')])
  for (const secret of [adminKey, key, reader.key, wrongKey]) assert.not.ok(logged.includes(secret.slice(15)))
  assert.not.ok(logged.includes(passkey))
})

audit('what was answered is noted also when the process is killed at once', async () => {
  const dataDir = temporaryFolder()
  const started = () =>
    startProcess([], {
      RESTTORRENT_PORT: '0',
      RESTTORRENT_DATA_DIR: dataDir,
      RESTTORRENT_LISTEN_HOST: '127.0.0.1',
    })
  const made: string[] = []
  const added: string[] = []
  for (let kill = 0; kill < 3; kill += 1) {
    await using server = started()
    const face = restFace(await server.listening())
    for (let at = 0; at < 10; at += 1)
      made.push((await face.call('create_key', { scope: 'control' })).key.prefix)
    const session = await openSession(face, { memory_only: 0 })
    for (const name of [`one-${kill}`, `other-${kill}`]) {
      const { bytes, infoHash } = makeMetainfo({ name })
      await addTorrent(face, session, { file: bytes, autostart: 0 })
      const again = await face.ask('upload_torrent', {
        session_id: session.id,
        save_path: 'here',
        file: bytes,
      })
      assert.is(codeOf(again), 'torrent_exists')
      added.push(infoHash)
    }
    server.signal('SIGKILL')
    await server.ended()
  }
  await using server = started()
  const { entries } = await restFace(await server.listening()).call('get_audit_log', { limit: 100 })
  const successes = entries.filter(({ result }) => result === 'success').toReversed()
  const of = (name: string) => successes.filter(({ command }) => command === name)
  assert.equal(
    of('create_key').map(({ key_prefix }) => key_prefix),
    made,
  )
  assert.equal(
    of('upload_torrent').map(({ info_hash }) => info_hash),
    added,
    'each once',
  )
})

audit.run()
