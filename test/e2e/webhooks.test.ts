/** Webhooks as callers meet them: who may have them, what they are told, and what a restart leaves of them. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { isSigned, startReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const webhooks = suite('test/e2e/webhooks')
const made = makeMetainfo({ content: 50_000 })

webhooks('a tenant is told of its own torrents only, over a restart too, until its key ends', async () => {
  const dataDir = temporaryFolder()
  const settings = { ADMIN_KEY: adminKey, DATA_DIR: dataDir, ALLOW_PRIVATE: '127.0.0.0/8', MEMORY_ONLY: '0' }
  await using receiver = await startReceiver()
  let tenant: string
  let secret: string
  {
    await using server = await startTestServer(settings)
    const { face, prefix } = await makeKey(server, { scope: 'control' })
    tenant = prefix
    const [own, foreign] = [await openSession(face), await openSession(server.rest)]
    const wrong = [
      { url: 'ftp://127.0.0.1/' },
      { url: 'http://user:pass@127.0.0.1/' },
      { url: receiver.url, events: 'torrent_finished,nonsense' },
      { url: receiver.url, secret: 'short' },
    ]
    for (const given of wrong) assert.is(codeOf(await face.ask('create_webhook', given)), 'invalid_parameter')
    for (const url of ['http://192.168.1.5/hook', 'http://[::1]:9/', 'http://10.1/']) {
      const refused = await face.ask('create_webhook', { url })
      assert.is(codeOf(refused), 'address_not_allowed')
      assert.match(refused.message ?? '', /RESTTORRENT_ALLOW_PRIVATE/)
    }
    const other = await face.ask('create_webhook', { url: receiver.url, session_id: foreign.id })
    assert.is(codeOf(other), 'session_not_found')
    const answer = await face.call('create_webhook', { url: receiver.url, events: 'torrent_finished' })
    secret = answer.secret
    assert.match(secret, /^[0-9a-f]{64}$/)
    const { id } = answer.webhook
    assert.not.match(JSON.stringify(await face.call('get_webhooks', {})), secret)
    for (const [session, root] of [
      [foreign, '.'],
      [own, prefix],
    ] as const) {
      writeFiles(join(server.rootDir, root, 'here'), made)
      await addTorrent(server.rest, session, { file: made.bytes, save_path: 'here' })
      await whenState(server.rest, session, made.infoHash, 'seeding')
    }
    const told = await receiver.when('the torrent', ({ body }) => body['type'] === 'torrent_finished')
    assert.is(told.body['session_id'], own.id)
    assert.ok(isSigned(told, secret))
    assert.is(receiver.received.length, 1)
    const { face: stranger } = await makeKey(server, { scope: 'control' })
    for (const command of ['delete_webhook', 'update_webhook', 'test_webhook', 'get_deliveries'] as const) {
      assert.is(codeOf(await stranger.ask(command, { webhook_id: id })), 'webhook_not_found')
    }
    assert.equal((await stranger.call('get_webhooks', {})).webhooks, [])
    assert.is((await server.rest.call('get_webhooks', {})).webhooks.length, 1)
  }
  await using server = await startTestServer(settings)
  const { webhooks: listed } = await server.rest.call('get_webhooks', {})
  const [{ id, url, waiting } = { id: '' }] = listed
  assert.equal([listed.length, url, waiting], [1, receiver.url, 0])
  const { deliveries } = await server.rest.call('get_deliveries', { webhook_id: id })
  assert.equal(deliveries.map(({ event, state }) => [event, state]), [['torrent_finished', 'delivered']]) // prettier-ignore
  const { delivery } = await server.rest.call('test_webhook', { webhook_id: id })
  assert.is(delivery.state, 'waiting')
  assert.ok(isSigned(await receiver.when('the test', ({ body }) => body['type'] === 'test'), secret))
  const changed = 'another secret of mine'
  await server.rest.call('update_webhook', { webhook_id: id, secret: changed, events: 'session_state' })
  await server.rest.call('test_webhook', { webhook_id: id })
  await receiver.when('the second', (one) => isSigned(one, changed))
  await server.rest.call('revoke_key', { prefix: tenant })
  await eventually(
    5000,
    'none',
    async () => (await server.rest.call('get_webhooks', {})).webhooks.length === 0,
  )
})

webhooks.run()
