/** Torrents that meet on the disk: who may write a file, who may share it, and what deleting spares. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startSeed } from '../support/seeds.ts'
import { shareServer, startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const ownership = suite('test/e2e/file-ownership')
const shared = shareServer(ownership, { ALLOW_PRIVATE: 'loopback' })
const files = [{ path: 'one.bin', content: 50_000 }, { path: 'two.bin', content: 70_000 }] // prettier-ignore
const made = makeMetainfo({ name: 'tree', files })
/** The same files in other pieces: another torrent, as trackers make them. */
const again = makeMetainfo({ name: 'tree', files, pieceLength: 32 * 1024 })

ownership('adding onto a file that another session writes is file_in_use', async () => {
  const server = shared()
  const [mine, theirs] = [await openSession(server.rest), await openSession(server.rest)]
  await addTorrent(server.rest, theirs, { file: made.bytes })
  for (const session of [mine, theirs]) {
    const body = await server.rest.ask('upload_torrent', {
      session_id: session.id,
      save_path: 'here',
      file: again.bytes,
    })
    const { code, message } = body.error ?? { code: '', message: '' }
    assert.is(code, 'file_in_use')
    assert.match(message, made.infoHash)
    assert.not.match(message, theirs.id)
  }
  await addTorrent(server.rest, mine, { file: again.bytes, save_path: 'elsewhere' })
  await server.rest.call('delete_torrent', { session_id: theirs.id, info_hash: made.infoHash })
  await addTorrent(server.rest, mine, { file: made.bytes })
})

ownership('a complete torrent shares its files, and deleting one keeps those of the other', async () => {
  const server = shared()
  writeFiles(join(server.rootDir, 'here'), made)
  const [mine, theirs] = [await openSession(server.rest), await openSession(server.rest)]
  await addTorrent(server.rest, theirs, { file: made.bytes })
  await whenState(server.rest, theirs, made.infoHash, 'seeding')
  await addTorrent(server.rest, mine, { file: again.bytes })
  await whenState(server.rest, mine, again.infoHash, 'seeding')
  await server.rest.call('delete_torrent', {
    session_id: theirs.id,
    info_hash: made.infoHash,
    delete_data: 1,
  })
  // its files are free again when the deletion is done; only then is the folder another one's alone
  await eventually(10_000, 'the deletion is done', async () => {
    const body = await server.rest.ask('upload_torrent', {
      session_id: theirs.id,
      save_path: 'here',
      file: made.bytes,
    })
    return body.status === 'success'
  })
  await whenState(server.rest, theirs, made.infoHash, 'seeding')
  for (const { path, content } of made.files)
    assert.equal(readFileSync(join(server.rootDir, 'here', path)), content)
})

ownership('the last torrent of shared files deletes them', async () => {
  const server = shared()
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest)
  for (const { bytes, infoHash } of [made, again]) {
    await addTorrent(server.rest, session, { file: bytes })
    await whenState(server.rest, session, infoHash, 'seeding')
  }
  for (const { infoHash } of [made, again])
    await server.rest.call('delete_torrent', { session_id: session.id, info_hash: infoHash, delete_data: 1 })
  await eventually(10_000, 'the files are gone', () => !existsSync(join(server.rootDir, 'here/tree')))
})

ownership('one that shares files and lacks a piece never writes; it runs when they are its own', async () => {
  const server = shared()
  const other = makeMetainfo({ name: 'tree', files, seed: 'other content' })
  writeFiles(join(server.rootDir, 'here'), made)
  const [mine, theirs] = [await openSession(server.rest), await openSession(server.rest)]
  await addTorrent(server.rest, theirs, { file: made.bytes })
  await whenState(server.rest, theirs, made.infoHash, 'seeding')
  await addTorrent(server.rest, mine, { file: other.bytes, storage_mode: 'allocate' })
  const refused = await whenState(server.rest, mine, other.infoHash, 'error')
  assert.is(refused.error?.code, 'file_in_use')
  await server.rest.call('start_torrent', { session_id: mine.id, info_hash: other.infoHash })
  await whenState(server.rest, mine, other.infoHash, 'error')
  for (const { path, content } of made.files)
    assert.equal(readFileSync(join(server.rootDir, 'here', path)), content)
  await server.rest.call('delete_torrent', { session_id: theirs.id, info_hash: made.infoHash })
  await server.rest.call('start_torrent', { session_id: mine.id, info_hash: other.infoHash })
  await whenState(server.rest, mine, other.infoHash, 'downloading')
})

ownership('files have the same owner after a restart, before any worker is asked', async () => {
  const dataDir = temporaryFolder()
  let session: SessionView
  {
    await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
    session = await openSession(server.rest)
    await addTorrent(server.rest, session, { file: made.bytes })
  }
  await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
  const parameters = { session_id: session.id, save_path: 'here', file: again.bytes }
  assert.is((await server.rest.ask('upload_torrent', parameters)).error?.code, 'file_in_use')
  await whenState(server.rest, session, made.infoHash, 'downloading')
})

caseWith(
  ownership,
  "a magnet whose files are another torrent's stops with file_in_use and writes nothing",
  ['libtorrent'],
  async () => {
    const server = shared()
    await using seed = await startSeed({ name: 'tree', files, seed: 'of the magnet' })
    const [mine, theirs] = [await openSession(server.rest), await openSession(server.rest)]
    const first = made.files[0]
    assert.ok(first)
    writeFiles(join(server.rootDir, 'here'), made)
    writeFileSync(join(server.rootDir, 'here', first.path), Buffer.alloc(first.content.length))
    await addTorrent(server.rest, theirs, { file: made.bytes })
    await whenState(server.rest, theirs, made.infoHash, 'downloading')
    await addTorrent(server.rest, mine, { magnet: seed.magnet })
    const refused = await whenState(server.rest, mine, seed.made.infoHash, 'error')
    assert.is(refused.error?.code, 'file_in_use')
    assert.equal(readFileSync(join(server.rootDir, 'here', first.path)), Buffer.alloc(first.content.length))
    await whenState(server.rest, theirs, made.infoHash, 'downloading')
  },
)

ownership.run()
