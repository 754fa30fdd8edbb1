/** IP filters over the whole server: libtorrent peers on addresses of 127.0.0.0/8, which they dial from too. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { CommandOutput } from '../../src/protocol/commands.ts'
import { startLibtorrent, type LibtorrentPeer } from '../peers/libtorrent.ts'
import type { Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { serveFiles } from '../support/web-server.ts'

const test = suite('test/e2e/ip-filter')
const waitMs = 20_000
/** So slow that it goes on for as long as the test looks at it. */
const made = makeMetainfo({ content: 4_000_000, pieceLength: 64 * 1024 })
const slow = { download_limit: 40_000 }

type Session = CommandOutput<'get_session'>

async function startSeed(host: string): Promise<LibtorrentPeer & AsyncDisposable> {
  const folder = temporaryFolder()
  writeFiles(folder, made)
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const peer = await startLibtorrent({ host })
  await peer.add({ torrent }, folder)
  await peer.complete(waitMs)
  return Object.assign(peer, { [Symbol.asyncDispose]: () => peer.stop() })
}

/** The hosts of the peers as soon as these are all of them. */
async function whenHosts(rest: Face, session: Session, ...expected: string[]): Promise<void> {
  const named = { session_id: session.id, info_hash: made.infoHash }
  await eventually(waitMs, `peers ${expected.join(' ')}`, async () => {
    const { peers } = await rest.call('get_peers', named)
    const hosts = peers.map(({ address }) => address.split(':')[0]).sort()
    return hosts.join() === expected.join()
  })
}

test('a filter keeps peers away in both directions, and its change closes what is open', async () => {
  const hostFile = join(temporaryFolder(), 'everybody.p2p')
  writeFileSync(hostFile, 'The host: says so:127.0.0.4-127.0.0.4\n')
  await using server = await startTestServer({ ALLOW_PRIVATE_PEERS: 'loopback', IP_FILTER: hostFile })
  const { rest, rootDir } = server
  await using two = await startSeed('127.0.0.2')
  await using three = await startSeed('127.0.0.3')
  const session = await openSession(rest, { ...slow, ip_filter: ['127.0.0.2/32'] })
  assert.equal(
    { ...session.ip_filter, loaded_at: 0 },
    { ranges: 1, skipped_lines: 0, loaded_at: 0, error: null },
  )
  const named = { session_id: session.id, info_hash: made.infoHash }
  const codeOf = async (host: string, port = 1): Promise<string | undefined> =>
    (await rest.ask('add_peer', { ...named, address: `${host}:${port}` })).error?.code
  const filterBy = async (ip_filter: string | string[]): Promise<Session> =>
    await rest.call('update_session', { session_id: session.id, ip_filter })

  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'downloading')
  assert.is(await codeOf('127.0.0.2', two.port), 'address_not_allowed')
  assert.is(await codeOf('127.0.0.4'), 'address_not_allowed')
  await two.connect('127.0.0.1', session.port)
  await three.connect('127.0.0.1', session.port)
  await whenHosts(rest, session, '127.0.0.3')

  mkdirSync(join(rootDir, 'lists'))
  writeFileSync(join(rootDir, 'lists/new.dat'), '127.0.0.3 - 127.0.0.9 , 000 , of eMule\nno range\n')
  const changed = await filterBy('lists/new.dat')
  assert.equal([changed.ip_filter?.ranges, changed.ip_filter?.skipped_lines], [1, 1])
  await whenHosts(rest, session)
  assert.is(await codeOf('127.0.0.3', three.port), 'address_not_allowed')
  assert.is(await codeOf('127.0.0.2', two.port), undefined)
  await whenHosts(rest, session, '127.0.0.2')

  for (const [wrong, code] of [
    ['lists/absent', 'not_found'],
    ['../lists', 'path_outside_root'],
    ['http://127.0.0.1:1/', 'address_not_allowed'],
    ['127.0.0.1,what', 'invalid_parameter'],
  ])
    assert.is(
      (await rest.ask('update_session', { session_id: session.id, ip_filter: wrong })).error?.code,
      code,
    )
  assert.is((await rest.call('get_session', { session_id: session.id })).settings.ip_filter, 'lists/new.dat')
  const none = await filterBy('')
  assert.equal([none.ip_filter, none.settings.ip_filter], [null, ''])
  assert.is(await codeOf('127.0.0.3', three.port), undefined)
  await whenHosts(rest, session, '127.0.0.2', '127.0.0.3')
  assert.is(await codeOf('127.0.0.4'), 'address_not_allowed')
})

test('a filter from a URL outlives the process; out of reach, the last good one is obeyed, and it says so', async () => {
  const dataDir = temporaryFolder()
  const start = () => startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: 'loopback', MEMORY_ONLY: '0' })
  let id = ''
  const copies = () => readdirSync(join(dataDir, 'ip-filters'))
  {
    await using web = await serveFiles([], (_asked, response) => {
      response.end('# of a friend\n127.0.0.2/32\n127.0.0.3/32\n')
      return true
    })
    await using server = await start()
    const { rest } = server
    const session = await openSession(rest, { ip_filter: `${web.url}/list?key=secret` })
    id = session.id
    assert.is(session.settings.ip_filter, `${web.url}/list?…`)
    assert.is(session.ip_filter?.ranges, 2)
    await addTorrent(rest, session, { file: made.bytes })
    assert.is(copies().length, 1)
    assert.is(
      (await rest.ask('create_session', { ip_filter: `${web.url}/other`, ports: [session.port] })).error
        ?.code,
      'bind_failed',
    )
    await eventually(waitMs, 'the copy of what was not made to go', () => copies().length === 1)
  }
  {
    await using server = await start()
    const { rest } = server
    const shown = await eventually(waitMs, 'the error', async () => {
      const session = await rest.call('get_session', { session_id: id })
      return session.ip_filter?.error ? session : undefined
    })
    assert.is(shown.ip_filter?.error?.code, 'fetch_failed')
    assert.is(shown.ip_filter?.ranges, 2)
    await whenState(rest, shown, made.infoHash, 'downloading')
    const add = { session_id: id, info_hash: made.infoHash, address: '127.0.0.3:1' }
    assert.is((await rest.ask('add_peer', add)).error?.code, 'address_not_allowed')
    await rest.call('add_peer', { ...add, address: '127.0.0.4:1' })
    await rest.call('delete_session', { session_id: id })
    await eventually(waitMs, 'the copy to go', () => copies().length === 0)
  }
})

test('a host whose filter cannot be read does not start', async () => {
  const file = join(temporaryFolder(), 'absent')
  const failure = await startTestServer({ IP_FILTER: file }).then(
    async (server) => await server.stop(),
    (error: unknown) => String(error),
  )
  assert.match(String(failure), `there is no file ${file}`)
})

test.run()
