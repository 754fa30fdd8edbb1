import { io } from 'socket.io-client'
import * as assert from 'uvu/assert'
import { createClient, createSocketClient, RestTorrentError } from '../../src/client/client.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { startTestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { eventually, suite, within } from '../support/suite.ts'

const client = suite('src/client')
const made = makeMetainfo({ name: 'a', content: 20_000, seed: 'a' })

client('commands run over REST with their types, and failures have their codes', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const rest = createClient(server.address)
  const { sessions } = await rest.call('get_session_list', {})
  assert.equal(
    sessions.map(({ id }) => id),
    [session.id],
  )
  const added = await rest.call('upload_torrent', {
    session_id: session.id,
    file: new Uint8Array(made.bytes),
    save_path: 'a b',
    autostart: 0,
  })
  assert.equal([added.info_hash, added.save_path], [made.infoHash, 'a b'])
  const renamed = await rest.call('update_session', { session_id: session.id, name: 'other' })
  assert.is(renamed.name, 'other')
  await rest.call('delete_torrent', { session_id: session.id, info_hash: made.infoHash, delete_data: true })
  const error = await rest
    .call('get_session', { session_id: 'f'.repeat(40) })
    .catch((thrown: unknown) => thrown)
  assert.ok(error instanceof RestTorrentError)
  assert.is(error.code, 'session_not_found')
  const unknown = await rest.call('toString' as 'get_jobs', {}).catch((thrown: unknown) => thrown)
  assert.match(String(unknown), /no such command/)
})

client('a key is sent, and without it nothing is answered', async () => {
  const key = `rt_${'a'.repeat(64)}`
  await using server = await startTestServer({ ADMIN_KEY: key })
  assert.equal(await createClient(server.address, { key }).call('get_session_list', {}), { sessions: [] })
  const refused = await createClient(server.address)
    .call('get_session_list', {})
    .catch((error: unknown) => error)
  assert.is(refused instanceof RestTorrentError && refused.code, 'unauthorized')
})

client('what is followed over a socket goes on after a reconnection', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const socket = io(server.address, { transports: ['websocket'], forceNew: true, reconnectionDelay: 10 })
  try {
    const socketClient = createSocketClient(socket)
    const followed = await socketClient.follow({ topic: 'all', interval_ms: 250 })
    assert.equal([...followed.state.sessions.keys()], [session.id])
    const gone = new Promise((resolve) => socket.once('disconnect', resolve))
    socket.io.engine.close()
    await within(10_000, 'the disconnection', gone)
    await createClient(server.address).call('upload_torrent', {
      session_id: session.id,
      file: new Uint8Array(made.bytes),
      save_path: 'here',
      autostart: 0,
    })
    await eventually(15_000, 'the torrent', () => followed.state.torrents.get(session.id)?.has(made.infoHash))
    await followed.stop()
    const { torrents } = await socketClient.call('get_torrent_list', { session_id: session.id })
    assert.is(torrents.length, 1)
  } finally {
    socket.disconnect()
  }
})

client.run()
