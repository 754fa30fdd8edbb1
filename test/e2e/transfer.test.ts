/** The way back from a backup, and a session that moves to another host: both for real. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const transfer = suite('test/e2e/transfer')
const made = makeMetainfo({ name: 'tree', files: [{ path: 'a', content: 90_000 }, { path: 'b/c', content: 9 }] }) // prettier-ignore
const magnet = `magnet:?xt=urn:btih:${'d'.repeat(40)}&dn=waiting`

/** Copies an export of one server to where another imports from. */
function carry(from: TestServer, name: string, to: TestServer): void {
  mkdirSync(join(to.dataDir, 'imports'))
  copyFileSync(join(from.dataDir, 'exports', name), join(to.dataDir, 'imports', name))
}

transfer('a backup put back brings what was there when it was made', async () => {
  const dataDir = temporaryFolder()
  let sessionId: string
  let backup: { name: string; size: number }
  {
    await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
    writeFiles(join(server.rootDir, 'here'), made)
    const session = await openSession(server.rest, { name: 'mine' })
    sessionId = session.id
    await addTorrent(server.rest, session, { file: made.bytes })
    await whenState(server.rest, session, made.infoHash, 'seeding')
    backup = await server.rest.call('create_backup')
    await addTorrent(server.rest, session, { magnet })
  }
  assert.is(statSync(join(dataDir, 'backups', backup.name)).size, backup.size)
  mkdirSync(join(dataDir, 'aside'))
  for (const name of readdirSync(dataDir))
    if (name.startsWith('resttorrent.sqlite')) renameSync(join(dataDir, name), join(dataDir, 'aside', name))
  copyFileSync(join(dataDir, 'backups', backup.name), join(dataDir, 'resttorrent.sqlite'))
  await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
  const session = await server.rest.call('get_session', { session_id: sessionId })
  assert.is(session.name, 'mine')
  await whenState(server.rest, session, made.infoHash, 'seeding')
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: sessionId })
  assert.equal(
    torrents.map(({ info_hash }) => info_hash),
    [made.infoHash],
  )
})

for (const memoryOnly of [0, 1]) {
  transfer(`a session with memory_only=${memoryOnly} moves to another host with its torrents`, async () => {
    const dataDir = temporaryFolder()
    await using here = await startTestServer()
    writeFiles(join(here.rootDir, 'films'), made)
    const given = { memory_only: memoryOnly, name: 'moves', max_peers: 17, incomplete_path: 'unfinished' }
    const session = await openSession(here.rest, given)
    await addTorrent(here.rest, session, { file: made.bytes, save_path: 'films' })
    await whenState(here.rest, session, made.infoHash, 'seeding')
    await addTorrent(here.rest, session, { magnet, autostart: 0 })
    const { name, size, num_torrents } = await here.rest.call('export_session', { session_id: session.id })
    assert.is(num_torrents, 2)
    assert.is(statSync(join(here.dataDir, 'exports', name)).size, size)
    {
      await using there = await startTestServer({ DATA_DIR: dataDir })
      cpSync(here.rootDir, there.rootDir, { recursive: true })
      carry(here, name, there)
      const { session: moved } = await there.rest.call('import_session', { name })
      assert.is(moved.id, session.id)
      assert.is(moved.name, 'moves')
      assert.is(moved.memory_only, memoryOnly === 1)
      assert.equal(moved.settings, session.settings)
      const row = await whenState(there.rest, moved, made.infoHash, 'seeding')
      assert.is(row.save_path, 'films')
      const waiting = await whenState(there.rest, moved, 'd'.repeat(40), 'stopped')
      assert.equal([waiting.save_path, waiting.finished_path], [`unfinished/${'d'.repeat(40)}`, 'here'])
      const again = await there.rest.ask('import_session', { name })
      assert.is(again.error?.code, 'session_exists')
    }
    await using there = await startTestServer({ DATA_DIR: dataDir })
    const { sessions } = await there.rest.call('get_session_list')
    assert.equal(
      sessions.map(({ id }) => id),
      memoryOnly === 1 ? [] : [session.id],
    )
    if (memoryOnly === 0) await whenState(there.rest, session, made.infoHash, 'seeding')
  })
}

transfer('a session that was deleted is imported again where it was', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes })
  const { name } = await server.rest.call('export_session', { session_id: session.id })
  carry(server, name, server)
  await server.rest.call('delete_session', { session_id: session.id })
  const { session: again } = await server.rest.call('import_session', { name })
  assert.is(again.port, session.port)
  await whenState(server.rest, again, made.infoHash, 'downloading')
})

transfer('a name that leads out of the folder, and a file that is not there, are refused', async () => {
  await using server = await startTestServer()
  for (const name of ['../resttorrent.sqlite', '/etc/passwd', '.hidden', ''])
    assert.is((await server.rest.ask('import_session', { name })).error?.code, 'invalid_parameter', name)
  assert.is((await server.rest.ask('import_session', { name: 'nothing' })).error?.code, 'not_found')
  assert.equal((await server.rest.call('get_session_list')).sessions, [])
})

transfer('what a killed process left of an export is swept at the start, and nothing else', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(join(dataDir, 'exports'))
  for (const name of ['whole.jsonl', 'cut.jsonl.unfinished'])
    writeFileSync(join(dataDir, 'exports', name), '{}')
  await using _ = await startTestServer({ DATA_DIR: dataDir })
  assert.equal(readdirSync(join(dataDir, 'exports')), ['whole.jsonl'])
})

transfer.run()
