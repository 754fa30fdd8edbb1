/** Settings and options that change while everything runs, and what is left of them later. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { defaultTorrentOptions } from '../../src/protocol/torrent-options.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { shareServer, startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const updates = suite('test/e2e/update')
const shared = shareServer(updates)
const made = makeMetainfo()
const key = { info_hash: made.infoHash }
const defaults = defaultTorrentOptions

updates('a session shows what was changed, in its list too, and keeps the rest', async () => {
  const server = shared()
  for (const face of [server.rest, await server.socket()]) {
    const session = await openSession(face, { download_limit: 7000 })
    const changed = await face.call('update_session', {
      session_id: session.id,
      name: 'renamed',
      upload_limit: 5000,
      encryption: 'required',
    })
    assert.is(changed.name, 'renamed')
    assert.equal(changed.settings, { ...session.settings, upload_limit: 5000, encryption: 'required' })
    const { sessions } = await face.call('get_session_list')
    assert.equal(sessions.find(({ id }) => id === session.id)?.settings, changed.settings)
    assert.is(changed.restarts, 0)
  }
})

updates('a change of the DHT restarts the worker in order, on the same port', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  await server.rest.call('update_session', { session_id: session.id, dht: 1 })
  const after = await eventually(20_000, 'the next generation', async () => {
    const view = await server.rest.call('get_session', { session_id: session.id })
    return view.state === 'running' && view.worker.generation === 2 && view
  })
  assert.is(after.settings.dht, true)
  assert.is(after.port, session.port)
  assert.is(after.last_error, null)
})

updates('a torrent has the options it was added with, and those it was given later', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes, upload_limit: 1000 })
  const first = await whenState(server.rest, session, made.infoHash, 'downloading')
  assert.equal(first.options, { ...defaults, upload_limit: 1000 })
  const given = { download_limit: 2000, upload_slots: 3 }
  const answered = await server.rest.call('update_torrent', { session_id: session.id, ...key, ...given })
  assert.equal(answered.options, { ...defaults, upload_limit: 1000, ...given })
  const shown = await server.rest.call('get_torrent', { session_id: session.id, ...key })
  assert.equal(shown.options, answered.options)
})

updates('wrong values are refused and change nothing', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes })
  const refusal = async (command: 'update_session' | 'update_torrent', fields: object) =>
    (await server.rest.ask(command, { session_id: session.id, ...fields })).error?.code
  assert.is(await refusal('update_session', { encryption: 'maybe' }), 'invalid_parameter')
  assert.is(await refusal('update_session', { max_peers: 0 }), 'invalid_parameter')
  assert.is(await refusal('update_session', { port: 0 }), 'invalid_parameter')
  assert.is(await refusal('update_session', { ports: [1] }), 'unknown_parameter')
  assert.is(await refusal('update_torrent', { ...key, download_limit: -1 }), 'invalid_parameter')
  assert.is(await refusal('update_torrent', { info_hash: 'f'.repeat(40) }), 'torrent_not_found')
  const view = await server.rest.call('get_session', { session_id: session.id })
  assert.equal(view.settings, session.settings)
})

updates('what was acknowledged is there after a restart of the process', async () => {
  const dataDir = temporaryFolder()
  let id: string
  {
    await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
    const session = await openSession(server.rest)
    id = session.id
    await addTorrent(server.rest, session, { file: made.bytes, autostart: 0 })
    await server.rest.call('update_session', { session_id: id, name: 'kept', download_limit: 9000 })
    await server.rest.call('update_torrent', { session_id: id, ...key, upload_slots: 7 })
  }
  await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
  const session = await server.rest.call('get_session', { session_id: id })
  assert.is(session.name, 'kept')
  assert.is(session.settings.download_limit, 9000)
  const torrent = await server.rest.call('get_torrent', { session_id: id, ...key })
  assert.equal(torrent.options, { ...defaults, upload_slots: 7 })
})

updates('records of an older store get the defaults', async () => {
  const dataDir = temporaryFolder()
  let id: string
  {
    await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
    const session = await openSession(server.rest)
    id = session.id
    await addTorrent(server.rest, session, { file: made.bytes, autostart: 0, upload_limit: 1 })
  }
  const store = new DatabaseSync(join(dataDir, 'resttorrent.sqlite'))
  store.exec(`UPDATE torrent SET record = json_remove(record, '$.options')`)
  store.exec(`UPDATE session SET record = json_remove(record, '$.settings.encryption')`)
  store.close()
  await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
  const { settings } = await server.rest.call('get_session', { session_id: id })
  assert.is(settings.encryption, 'preferred')
  const { options } = await server.rest.call('get_torrent', { session_id: id, ...key })
  assert.equal(options, defaults)
})

updates.run()
