/** Files that were to be deleted when their session had no worker and was deleted itself. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { openStore } from '../../src/worker/store/store.ts'
import { filesBelow } from '../support/content.ts'
import { memoryFolder } from '../support/disks.ts'
import { restFace, type Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { takeTcp } from '../support/ports.ts'
import { startProcess } from '../support/server-process.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { loadAll } from '../worker/store/fixture.ts'

const deleted = suite('test/e2e/deleted-session')
const waitMs = 20_000
const one = { path: 'one.bin', content: 50_000 }
const made = makeMetainfo({ name: 'tree', files: [one, { path: 'two.bin', content: 70_000 }] })
/** Another torrent that has one of the files. */
const sharing = makeMetainfo({ name: 'tree', files: [one] })
const heldDeletion = fileURLToPath(new URL('../support/held-deletion-server.ts', import.meta.url))

const start = (dataDir: string): Promise<TestServer> =>
  startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
const fileOf = (dataDir: string, path: string): boolean =>
  existsSync(join(dataDir, 'downloads/here/tree', path))

/** A data directory with a session that seeds two files, and one that seeds the first of them. */
async function seeded(): Promise<{ dataDir: string; mine: SessionView; theirs: SessionView }> {
  const dataDir = temporaryFolder()
  await using server = await start(dataDir)
  writeFiles(join(server.rootDir, 'here'), made)
  const mine = await openSession(server.rest)
  await addTorrent(server.rest, mine, { file: made.bytes })
  await whenState(server.rest, mine, made.infoHash, 'seeding')
  const theirs = await openSession(server.rest)
  await addTorrent(server.rest, theirs, { file: sharing.bytes })
  await whenState(server.rest, theirs, sharing.infoHash, 'seeding')
  return { dataDir, mine, theirs }
}

/** Deletes the torrent with its data, then its session, which has no worker because its port is taken. */
async function deleteFailed(face: Face, { id }: SessionView): Promise<void> {
  await eventually(waitMs, 'the session has failed', async () => {
    return (await face.call('get_session', { session_id: id })).state === 'failed'
  })
  await face.call('delete_torrent', { session_id: id, info_hash: made.infoHash, delete_data: 1 })
  await face.call('delete_session', { session_id: id })
}

/** Settles when the store of a server that runs knows of these sessions, and whether each is removed. */
async function whenKept(face: Face, dataDir: string, expected: [string, boolean][]): Promise<void> {
  await eventually(waitMs, `the store to know of ${JSON.stringify(expected)}`, async () => {
    const { name } = await face.call('create_backup')
    using copy = new DatabaseSync(join(dataDir, 'backups', name), { readOnly: true })
    const kept = copy.prepare('SELECT id, removed FROM session ORDER BY seq').all()
    return isDeepStrictEqual(
      kept.map(({ id, removed }) => [id, removed === 1]),
      expected,
    )
  })
}

async function keptSessions(dataDir: string): Promise<[string, boolean][]> {
  const store = await openStore(dataDir)
  const { sessions } = await loadAll(store)
  await store.close()
  return sessions.map(({ session, removed }) => [session.id, removed])
}

deleted('what a failed session was to delete is deleted when the session is', async () => {
  const { dataDir, mine, theirs } = await seeded()
  {
    await using _ = await takeTcp(mine.port)
    await using server = await start(dataDir)
    await deleteFailed(server.rest, mine)
    await eventually(waitMs, 'the file is gone', () => !fileOf(dataDir, 'two.bin'))
    assert.ok(fileOf(dataDir, 'one.bin'), 'the file of another torrent')
    await whenState(server.rest, theirs, sharing.infoHash, 'seeding')
    await whenKept(server.rest, dataDir, [[theirs.id, false]])
  }
})

deleted('a kill before it is deleted leaves it to the next start, which lists no such session', async () => {
  const { dataDir, mine, theirs } = await seeded()
  {
    await using _ = await takeTcp(mine.port)
    await using held = startProcess(
      [],
      { RESTTORRENT_PORT: '0', RESTTORRENT_DATA_DIR: dataDir, RESTTORRENT_LISTEN_HOST: '127.0.0.1' },
      heldDeletion,
    )
    await deleteFailed(restFace(await held.listening()), mine)
  }
  assert.equal(await keptSessions(dataDir), [[mine.id, true], [theirs.id, false]]) // prettier-ignore
  assert.ok(fileOf(dataDir, 'two.bin'))
  {
    await using server = await start(dataDir)
    const { sessions } = await server.rest.call('get_session_list')
    assert.equal(sessions.map(({ id }) => id), [theirs.id]) // prettier-ignore
    await eventually(waitMs, 'the file is gone', () => !fileOf(dataDir, 'two.bin'))
    assert.ok(fileOf(dataDir, 'one.bin'), 'the file of another torrent')
    await whenKept(server.rest, dataDir, [[theirs.id, false]])
  }
})

deleted(
  'what moves left when their session was deleted goes at the next start, and nothing else',
  async () => {
    const dataDir = temporaryFolder()
    const root = temporaryFolder()
    using folder = memoryFolder()
    const { path: disk } = folder
    assert.is.not(statSync(disk).dev, statSync(root).dev)
    const [here, there] = [join(root, 'here'), join(root, 'there')]
    const film = makeMetainfo({ name: 'film', content: 300_000 })
    const variables = {
      RESTTORRENT_PORT: '0',
      RESTTORRENT_DATA_DIR: dataDir,
      RESTTORRENT_ROOT_DIR: '/',
      RESTTORRENT_LISTEN_HOST: '127.0.0.1',
      RESTTORRENT_MEMORY_ONLY: '0',
    }
    let id: string
    {
      await using held = startProcess([], variables, heldDeletion)
      const rest = restFace(await held.listening())
      const session = await openSession(rest)
      ;({ id } = session)
      for (const one of [made, film]) {
        writeFiles(here, one)
        await addTorrent(rest, session, { file: one.bytes, save_path: here })
        await whenState(rest, session, one.infoHash, 'seeding')
      }
      const tree = { session_id: id, info_hash: made.infoHash }
      await rest.call('move_torrent', { ...tree, save_path: there })
      await eventually(waitMs, 'the old names to be left over', async () => {
        return (await rest.call('get_torrent', tree)).save_path === there.slice(1)
      })
      await rest.call('move_torrent', { session_id: id, info_hash: film.infoHash, save_path: disk })
      await eventually(waitMs, 'a copy', () => existsSync(join(disk, 'film')))
      await rest.call('delete_torrent', tree)
      await rest.call('delete_session', { session_id: id })
    }
    assert.equal(await keptSessions(dataDir), [[id, true]])
    assert.equal(filesBelow(here), ['film', 'tree/one.bin', 'tree/two.bin'])
    assert.equal([filesBelow(there), filesBelow(disk)], [['tree/one.bin', 'tree/two.bin'], ['film']])
    {
      await using server = startProcess([], variables)
      const rest = restFace(await server.listening())
      assert.equal((await rest.call('get_session_list')).sessions, [])
      await eventually(
        waitMs,
        'what is beside is gone',
        () => filesBelow(here).length + filesBelow(disk).length === 1,
      )
      await whenKept(rest, dataDir, [])
    }
    assert.equal(filesBelow(there), ['tree/one.bin', 'tree/two.bin'])
    assert.ok(readFileSync(join(here, 'film')).equals(film.content))
  },
)

deleted.run()
