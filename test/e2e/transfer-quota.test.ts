/** A month's transfer that is used up: nothing more moves, on any session of the key, nor after a restart. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import { restFace } from '../support/faces.ts'
import { adminKey, makeKey } from '../support/keys.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const transfer = suite('test/e2e/transfer-quota')
const megabyte = 1024 * 1024
const length = 12 * megabyte
const bound = 4 * megabyte
/** What was asked for when the bound was reached, and may still arrive. */
const onItsWay = megabyte

caseWith(transfer, 'a quota on the transfer of a month is not passed', ['libtorrent'], async () => {
  const DATA_DIR = temporaryFolder()
  const open = async (): Promise<TestServer> =>
    await startTestServer({ ADMIN_KEY: adminKey, DATA_DIR, ALLOW_PRIVATE_PEERS: 'loopback' })
  await using seed = await startSeed({ content: length, pieceLength: 64 * 1024 })
  const { infoHash, bytes } = seed.made
  const { magnet } = seed
  let key: string
  let session: SessionView
  {
    await using server = await open()
    const bounded = await makeKey(server, { scope: 'control', quota_transfer_month: bound })
    key = bounded.key
    assert.equal(bounded.entry.quotas, { transfer_month: bound })
    session = await openSession(bounded.face, { memory_only: 0 })
    await addTorrent(bounded.face, session, { magnet })
    const { error, downloaded } = await whenState(bounded.face, session, infoHash, 'error')
    assert.is(error?.code, 'quota_exceeded')
    assert.match(error?.message ?? '', /^the quota transfer_month of key rt_[0-9a-f]{12} is 4194304: /)
    assert.ok(downloaded >= bound && downloaded < bound + onItsWay, String(downloaded))
    const { quotas } = await bounded.face.call('get_quotas')
    const { used = 0 } = quotas[0] ?? {}
    const row = { key: bounded.entry.prefix, session_id: null, quota: 'transfer_month', bound, used }
    assert.equal(quotas, [row], 'its own alone')
    assert.ok(used >= bound && used < bound + onItsWay, String(used))
    const second = await openSession(bounded.face)
    await addTorrent(bounded.face, second, { magnet, save_path: 'second' })
    const refused = await whenState(bounded.face, second, infoHash, 'error')
    assert.equal([refused.error?.code, refused.downloaded], ['quota_exceeded', 0])
    const free = await openSession(server.rest)
    await addTorrent(server.rest, free, { magnet, save_path: 'free' })
    await whenState(server.rest, free, infoHash, 'seeding')
    await using leech = await startLeech({ bytes })
    await leech.download(free.port)
  }
  await using server = await open()
  const { quotas } = await server.rest.call('get_quotas')
  assert.is(quotas.length, 1, 'the administrator sees it too')
  assert.ok((quotas[0]?.used ?? 0) >= bound, 'it is kept')
  const again = await whenState(restFace(server.address, key), session, infoHash, 'error')
  assert.is(again.error?.code, 'quota_exceeded')
})

transfer.run()
