/** The peers of a torrent, and bans of them, over the whole server with real libtorrent peers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { CommandOutput } from '../../src/protocol/commands.ts'
import type { Face } from '../support/faces.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const test = suite('test/e2e/peers')
const allowed = { ALLOW_PRIVATE_PEERS: 'loopback', MEMORY_ONLY: '0' }
const waitMs = 20_000
/** So slow that it goes on for as long as the test looks at it. */
const content = { content: 4_000_000, pieceLength: 64 * 1024 }
const slow = { download_limit: 40_000 }

type Named = { session_id: string; info_hash: string }
type Peers = CommandOutput<'get_peers'>['peers']

async function whenPeers(rest: Face, named: Named, holds: (peers: Peers) => boolean): Promise<Peers> {
  return await eventually(waitMs, 'the peers', async () => {
    const { peers } = await rest.call('get_peers', named)
    return holds(peers) && peers
  })
}

test('a peer that is added is dialled and shown; banned it is gone, over a restart too', async () => {
  await using seed = await startSeed(content)
  const { made } = seed
  const address = `127.0.0.1:${seed.port}`
  const dataDir = temporaryFolder()
  const start = () => startTestServer({ ...allowed, DATA_DIR: dataDir })
  let named: Named
  {
    await using server = await start()
    const { rest } = server
    const session = await openSession(rest, slow)
    named = { session_id: session.id, info_hash: made.infoHash }
    await addTorrent(rest, session, { file: made.bytes })
    await whenState(rest, session, made.infoHash, 'downloading')
    assert.equal(await rest.call('add_peer', { ...named, address }), { address, is_new: true })
    assert.equal(await rest.call('add_peer', { ...named, address }), { address, is_new: false })
    const isServing = ([one]: Peers) => one !== undefined && one.downloaded > 0 && one.download_rate > 0
    const [peer] = await whenPeers(rest, named, isServing)
    assert.is(peer?.address, address)
    assert.match(peer?.client ?? '', /^libtorrent/)
    assert.is(peer?.source, 'manual')
    assert.is(peer?.encryption, 'handshake')
    assert.is(peer?.progress, 1)
    assert.is(peer?.flags, 'De')
    assert.equal([peer?.am_choking, peer?.am_interested], [true, true])
    assert.equal([peer?.peer_choking, peer?.peer_interested], [false, false])
    assert.ok((peer?.download_rate ?? 0) > 0)
    assert.is(peer?.uploaded, 0)

    const { ban } = await rest.call('ban_peer', { session_id: session.id, address })
    assert.is(ban.reason, 'manual')
    await whenPeers(rest, named, (peers) => peers.length === 0)
    assert.is((await rest.ask('add_peer', { ...named, address })).error?.code, 'address_not_allowed')
  }
  await using server = await start()
  const { rest } = server
  const { session_id } = named
  const [kept] = (await rest.call('get_bans', { session_id })).bans
  assert.is(kept?.address, address)
  await eventually(waitMs, 'the torrent among its peers', async () => {
    const { error } = await rest.ask('add_peer', { ...named, address })
    return error?.code === 'address_not_allowed'
  })
  await rest.call('unban_peer', { session_id, address })
  assert.equal((await rest.call('get_bans', { session_id })).bans, [])
  assert.is((await rest.ask('unban_peer', { session_id, address })).error?.code, 'not_found')
  await rest.call('update_session', { session_id, download_limit: 0 })
  await rest.call('add_peer', { ...named, address })
  await eventually(waitMs, 'the download', async () => {
    return (await rest.call('get_torrent', named)).state === 'seeding'
  })
})

test('a peer that dials in is shown as incoming, and banned by its address it is gone until that is taken back', async () => {
  await using server = await startTestServer(allowed)
  const { rest } = server
  await using seed = await startSeed(content)
  const { made } = seed
  const session = await openSession(rest, slow)
  const named = { session_id: session.id, info_hash: made.infoHash }
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'downloading')
  await seed.dial(session.port)
  const [peer] = await whenPeers(rest, named, ([one]) => one?.client !== '' && one !== undefined)
  assert.is(peer?.source, 'incoming')
  assert.is(peer?.address, `127.0.0.1:${seed.port}`)
  assert.match(peer?.flags ?? '', /I/)
  const { ban } = await rest.call('ban_peer', { session_id: session.id, address: '::ffff:127.0.0.1' })
  assert.is(ban.address, '127.0.0.1')
  await whenPeers(rest, named, (peers) => peers.length === 0)
  await rest.call('unban_peer', { session_id: session.id, address: '127.0.0.1' })
  await seed.dial(session.port)
  await whenPeers(rest, named, (peers) => peers.length === 1)
})

test('libtorrent sees who we are, where we listen, that we only send, and where we see it', async () => {
  await using server = await startTestServer(allowed)
  const { rest, rootDir } = server
  const made = makeMetainfo({ content: 200_000 })
  writeFiles(join(rootDir, 'here'), made)
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const session = await openSession(rest, { upload_limit: 8000 })
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'seeding')
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startLibtorrent(), (peer) => peer.stop())
  await leech.add({ torrent }, temporaryFolder())
  await leech.connect('127.0.0.1', session.port)
  const said = await leech.extended()
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  for (const field of [
    `'v': 'RestTorrent ${version}'`,
    `'p': ${session.port}`,
    "'reqq': 500",
    "'upload_only': 1",
  ])
    assert.ok(said.includes(field), `${field} in ${said}`)
  assert.ok(said.includes("'yourip': '7f000001'"), said)
  const [seen] = await eventually(waitMs, 'the peer', async () => {
    const peers = await leech.peers()
    return peers[0]?.client === '' ? undefined : peers
  })
  assert.is(seen?.client, `RestTorrent ${version}`)
  assert.equal([seen?.seed, seen?.upload_only], [true, true])
})

test('what may not be dialled is refused, and a stopped torrent shows no peers', async () => {
  await using server = await startTestServer(allowed)
  const { rest } = server
  const session = await openSession(rest)
  const made = makeMetainfo()
  const named = { session_id: session.id, info_hash: made.infoHash }
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'downloading')
  const codeOf = async (address: string, info_hash = made.infoHash): Promise<string | undefined> =>
    (await rest.ask('add_peer', { ...named, info_hash, address })).error?.code
  assert.is(await codeOf('10.0.0.1:6881'), 'address_not_allowed')
  assert.is(await codeOf('[fe80::1]:6881'), 'address_not_allowed')
  for (const wrong of ['example.org:6881', '8.8.8.8', '8.8.8.8:0', '08.8.8.8:1', ''])
    assert.is(await codeOf(wrong), 'invalid_parameter', wrong)
  const secret = makeMetainfo({ private: true })
  await addTorrent(rest, session, { file: secret.bytes, save_path: 'there' })
  await whenState(rest, session, secret.infoHash, 'downloading')
  assert.is(await codeOf('127.0.0.1:1', secret.infoHash), 'address_not_allowed')
  await rest.call('stop_torrent', named)
  assert.is(await codeOf('127.0.0.1:1'), 'torrent_not_running')
  assert.equal((await rest.call('get_peers', named)).peers, [])
  const bans = { session_id: session.id }
  assert.is((await rest.ask('ban_peer', { ...bans, address: 'nobody' })).error?.code, 'invalid_parameter')
})

test.run()
