/** What deleting leaves on the disk. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { mixedFiles } from '../support/content.ts'
import type { Parameters } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const deletion = suite('test/e2e/deletion')
const made = makeMetainfo({ name: 'tree', files: mixedFiles })

/** A session that seeds the tree, whose torrent is deleted in this way. */
async function seedAndDelete(server: TestServer, parameters: Parameters): Promise<void> {
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'seeding')
  await server.rest.call('delete_torrent', {
    session_id: session.id,
    info_hash: made.infoHash,
    ...parameters,
  })
  assert.equal((await server.rest.call('get_torrent_list', { session_id: session.id })).torrents, [])
}

function isWhole(server: TestServer): void {
  for (const { path } of made.files) assert.ok(existsSync(join(server.rootDir, 'here', path)), path)
}

for (const parameters of [{}, { delete_data: 0 }]) {
  deletion(`delete_torrent leaves the files with ${JSON.stringify(parameters)}`, async () => {
    await using server = await startTestServer()
    await seedAndDelete(server, parameters)
    await server.stop() // whatever would still be deleted is deleted by now
    isWhole(server)
  })
}

deletion('delete_torrent with delete_data=1 deletes its files and folders and nothing else', async () => {
  await using server = await startTestServer()
  writeFiles(server.rootDir, { files: [{ path: 'here/other.bin', content: Buffer.from('other') }] })
  await seedAndDelete(server, { delete_data: 1 })
  await eventually(10_000, 'the files are gone', () => readdirSync(join(server.rootDir, 'here')).length === 1)
  assert.equal(readdirSync(join(server.rootDir, 'here')), ['other.bin'])
})

deletion('delete_data=1 leaves what somebody else put into the folder of the torrent', async () => {
  await using server = await startTestServer()
  writeFiles(join(server.rootDir, 'here'), made)
  writeFileSync(join(server.rootDir, 'here/tree/note.txt'), 'mine')
  await seedAndDelete(server, { delete_data: 1 })
  const left = () => readdirSync(join(server.rootDir, 'here/tree'))
  await eventually(10_000, 'the files are gone', () => left().length === 1)
  assert.equal(left(), ['note.txt'])
})

deletion('a torrent that was deleted can be added again', async () => {
  await using server = await startTestServer()
  await seedAndDelete(server, {})
  const [session] = (await server.rest.call('get_session_list')).sessions
  assert.ok(session)
  await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'seeding')
})

deletion('delete_session leaves the files', async () => {
  await using server = await startTestServer()
  writeFiles(join(server.rootDir, 'here'), made)
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, made.infoHash, 'seeding')
  await server.rest.call('delete_session', { session_id: session.id })
  await server.stop()
  isWhole(server)
})

deletion.run()
