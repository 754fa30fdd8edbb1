/** Quotas of keys and sessions hold, also against requests that arrive at the same moment. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { restFace, type Answered } from '../support/faces.ts'
import { adminKey, codeOf, makeKey } from '../support/keys.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { freeRange } from '../support/ports.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const quotas = suite('test/e2e/quotas')
const ADMIN_KEY = adminKey

const magnetOf = (n: number): string => `magnet:?xt=urn:btih:${n.toString(16).padStart(40, '0')}`

/** How many answers there are of each code. */
function counted(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[codeOf(answer)] = (counts[codeOf(answer)] ?? 0) + 1
  return counts
}

quotas('a thousand adds, of which two hundred come at once, never pass a bound on torrents', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const { face, entry } = await makeKey(server, { scope: 'control', quota_torrents: 40 })
  assert.equal(entry.quotas, { torrents: 40 })
  const sessions = [await openSession(face), await openSession(face)]
  const answers: Answered[] = []
  const lane = async (first: number): Promise<void> => {
    for (let n = first; n < first + 5; n += 1) {
      const of = { session_id: sessions[n % 2]?.id, save_path: 'a', autostart: 0 }
      const answer = await eventually(20_000, 'an answer', async () => {
        const body = await face.ask('upload_torrent', { ...of, magnet: magnetOf(n) })
        return codeOf(body) !== 'disk_unresponsive' && body // the machine may have no time for so many
      })
      answers.push(answer)
    }
  }
  await Promise.all(Array.from({ length: 200 }, (_, at) => lane(at * 5)))
  assert.equal(counted(answers), { success: 40, quota_exceeded: 960 })
  const { quotas: shown } = await face.call('get_quotas')
  assert.equal(shown, [{ key: entry.prefix, session_id: null, quota: 'torrents', bound: 40, used: 40 }])
  const other = await makeKey(server, { scope: 'read', sessions: 'all' })
  assert.equal((await other.face.call('get_quotas')).quotas, [], 'keys of others are not its own')
  const refused = answers.find(({ status }) => status === 'fail')
  assert.is(refused?.message, `the quota torrents of key ${entry.prefix} is 40`)
  const { sessions: listed } = await face.call('get_session_list')
  assert.is(
    listed.reduce((total, { num_torrents }) => total + num_torrents, 0),
    40,
  )
  const [first] = sessions
  const { torrents } = await face.call('get_torrent_list', { session_id: first?.id })
  await face.call('delete_torrent', { session_id: first?.id, info_hash: torrents[0]?.info_hash })
  const again = { session_id: first?.id, magnet: magnetOf(5000), save_path: 'a', autostart: 0 }
  assert.is(codeOf(await face.ask('upload_torrent', again)), 'success')
  assert.is(codeOf(await face.ask('upload_torrent', { ...again, magnet: magnetOf(5001) })), 'quota_exceeded')
})

quotas('adds at once never pass a bound on disk space, and a failed one gives it back', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const size = 20_000
  const session = await openSession(server.rest, { quota_disk_bytes: 10 * size + 1 })
  const of = { session_id: session.id, save_path: 'a', autostart: 0 }
  const wrong = await server.rest.ask('upload_torrent', {
    ...of,
    save_path: '..',
    file: makeMetainfo({ content: 9 * size, name: 'wrong' }).bytes,
  })
  assert.is(codeOf(wrong), 'path_outside_root')
  const adds = Array.from({ length: 60 }, (_, n) => {
    const { bytes } = makeMetainfo({ content: size, name: `file ${n}`, seed: String(n) })
    return server.rest.ask('upload_torrent', { ...of, file: bytes })
  })
  assert.equal(counted(await Promise.all(adds)), { success: 10, quota_exceeded: 50 })
  const { quotas: shown } = await server.rest.call('get_quotas')
  const amounts = { bound: 10 * size + 1, used: 10 * size }
  assert.equal(shown, [{ key: null, session_id: session.id, quota: 'disk_bytes', ...amounts }])
  const memory = { ...of, storage_mode: 'memory', file: makeMetainfo({ content: size, name: 'm' }).bytes }
  assert.is(codeOf(await server.rest.ask('upload_torrent', memory)), 'success')
})

quotas('sessions, and what is shared out over them, are bounded when they are made and changed', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const bounds = { quota_sessions: 4, quota_peers: 100, quota_download_rate: 4000, quota_upload_rate: 1000 }
  const { face } = await makeKey(server, { scope: 'control', ...bounds })
  const ports = await freeRange(12)
  const made = await Promise.all(
    ports.map((_, n) => face.ask('create_session', { dht: 0, ports, download_limit: n === 0 ? 500 : 0 })),
  )
  assert.equal(counted(made), { success: 4, quota_exceeded: 8 })
  const { sessions } = await face.call('get_session_list')
  const total = (name: 'max_peers' | 'download_limit' | 'upload_limit'): number =>
    sessions.reduce((sum, { settings }) => sum + settings[name], 0)
  assert.equal([total('max_peers'), total('download_limit'), total('upload_limit')], [100, 3500, 1000])
  const [one, two] = sessions
  const change = async (session_id: string | undefined, settings: object): Promise<string> =>
    codeOf(await face.ask('update_session', { session_id, ...settings }))
  assert.is(await change(one?.id, { upload_limit: 0 }), 'quota_exceeded')
  assert.is(await change(one?.id, { upload_limit: 251 }), 'quota_exceeded')
  assert.is(await change(one?.id, { max_peers: 10, upload_limit: 100 }), 'success')
  const raced = await Promise.all([
    change(one?.id, { upload_limit: 400 }),
    change(two?.id, { upload_limit: 400 }),
  ])
  assert.equal(raced.toSorted(), ['quota_exceeded', 'success'])
  await face.call('delete_session', { session_id: two?.id })
  await openSession(face)
})

quotas('adds within a minute are bounded, whatever becomes of the torrents', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const session = await openSession(server.rest, { quota_adds_minute: 3 })
  const of = { session_id: session.id, save_path: 'a', autostart: 0 }
  const add = async (n: number) =>
    codeOf(await server.rest.ask('upload_torrent', { ...of, magnet: magnetOf(n) }))
  assert.equal([await add(1), await add(2)], ['success', 'success'])
  await server.rest.call('delete_torrent', { session_id: session.id, info_hash: magnetOf(1).slice(-40) })
  assert.equal([await add(3), await add(4)], ['success', 'quota_exceeded'])
})

quotas('quotas outlive a restart, with what was reserved', async () => {
  const DATA_DIR = temporaryFolder()
  const size = 20_000
  const file = (n: number) => makeMetainfo({ content: size, name: `file ${n}`, seed: String(n) }).bytes
  const of = { save_path: 'a', autostart: 0 }
  let key: string
  let session_id: string
  {
    await using server = await startTestServer({ ADMIN_KEY, DATA_DIR })
    const made = await makeKey(server, { scope: 'control', quota_disk_bytes: 2 * size })
    key = made.key
    session_id = (await openSession(made.face, { memory_only: 0 })).id
    assert.is(codeOf(await made.face.ask('upload_torrent', { session_id, ...of, file: file(1) })), 'success')
  }
  await using server = await startTestServer({ ADMIN_KEY, DATA_DIR })
  const face = restFace(server.address, key)
  assert.is(codeOf(await face.ask('upload_torrent', { session_id, ...of, file: file(2) })), 'success')
  assert.is(codeOf(await face.ask('upload_torrent', { session_id, ...of, file: file(3) })), 'quota_exceeded')
})

quotas('only an administrator of all sessions sets quotas', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const { face } = await makeKey(server, { scope: 'control' })
  assert.is(codeOf(await face.ask('create_session', { quota_torrents: 5 })), 'forbidden')
  const session = await openSession(server.rest, { quota_torrents: 5 })
  assert.equal(session.quotas, { torrents: 5 })
})

caseWith(quotas, 'a magnet whose size passes the bound writes nothing', ['libtorrent'], async () => {
  await using server = await startTestServer({ ADMIN_KEY, ALLOW_PRIVATE_PEERS: 'loopback' })
  await using seed = await startSeed({ content: 300_000 })
  const session = await openSession(server.rest, { quota_disk_bytes: 299_999 })
  await addTorrent(server.rest, session, { magnet: seed.magnet })
  const { error } = await whenTorrent(
    server.rest,
    session,
    seed.made.infoHash,
    ({ state }) => state === 'error',
  )
  assert.is(error?.code, 'quota_exceeded')
  assert.not.ok(existsSync(join(server.rootDir, 'here', seed.made.name)))
})

quotas.run()
