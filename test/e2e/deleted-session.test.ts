/** Files that were to be deleted when their session had no worker and was deleted itself. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import type { SessionView } from '../../src/protocol/session.ts'
import { openStore } from '../../src/worker/store/store.ts'
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

async function keptSessions(dataDir: string): Promise<[string, boolean][]> {
  const store = await openStore(dataDir)
  const { sessions } = await loadAll(store)
  await store.close()
  return sessions.map(({ session, removed }) => [session.id, removed])
}

/** Waits until only `left` is kept: a stop between the last file and the note of it leaves that to the next start. */
async function untilOnly(dataDir: string, left: SessionView): Promise<void> {
  await eventually(waitMs, 'the deleted session is forgotten', async () => {
    const kept = await keptSessions(dataDir)
    if (kept.length === 1) {
      assert.equal(kept, [[left.id, false]])
      return true
    }
    await using server = await start(dataDir)
    await whenState(server.rest, left, sharing.infoHash, 'seeding')
    return false
  })
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
  }
  await untilOnly(dataDir, theirs)
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
  }
  await untilOnly(dataDir, theirs)
})

deleted.run()
