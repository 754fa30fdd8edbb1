/** Downloads of some of a torrent's files from a real client (BEP 53), and of the others later. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const selecting = suite('test/e2e/file-selection')
const peers = { ALLOW_PRIVATE_PEERS: 'loopback' }
const pieceLength = 32 * 1024
const sample = {
  name: 'folder',
  pieceLength,
  files: [
    { path: 'first.bin', content: 400_000 },
    { path: 'second.bin', content: 300_001 },
    { path: 'third.bin', content: 500_000 },
  ],
}
/** Bytes of the pieces that the second file lies in. */
const ofSecond = (Math.ceil(700_001 / pieceLength) - Math.floor(400_000 / pieceLength)) * pieceLength

const pathOf = (server: TestServer, name: string): string => join(server.rootDir, 'here', 'folder', name)

caseWith(
  selecting,
  'a magnet with so brings the named file and no more, the others when they are wanted',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer(peers)
    await using seed = await startSeed(sample)
    const session = await openSession(server.rest, { memory_only: 0 })
    await addTorrent(server.rest, session, { magnet: `${seed.magnet}&so=1` })
    const { infoHash, files, length } = seed.made
    const finished = await whenState(server.rest, session, infoHash, 'finished')
    assert.is(finished.progress, 1)
    assert.is(finished.total_size, length)
    assert.is(finished.downloaded, ofSecond)
    const { file_priorities, default_priority } = finished.options
    assert.equal([file_priorities, default_priority], [[0, 4], 0])
    assert.is(Buffer.compare(readFileSync(pathOf(server, 'second.bin')), files[1]?.content ?? Buffer.of()), 0)
    for (const name of ['first.bin', 'third.bin']) {
      const path = pathOf(server, name)
      assert.ok(!existsSync(path) || statSync(path).blocks * 512 <= 2 * pieceLength, name)
    }

    const named = { session_id: session.id, info_hash: infoHash }
    const absent = await server.rest.ask('update_file', { ...named, indexes: '0,3', priority: 'low' })
    assert.is(absent.error?.code, 'not_found')
    const first = await server.rest.call('update_file', { ...named, indexes: 0, priority: 'low' })
    assert.equal(first, { file_priorities: [1, 4], default_priority: 0 })
    const many = { session_id: session.id, info_hashes: 'all', indexes: '2', priority: 7 }
    assert.is((await server.rest.call('update_files', many)).results[0]?.status, 'success')
    const { files: shown } = await server.rest.call('get_files', named)
    assert.equal(
      shown.map(({ priority }) => priority),
      [1, 4, 7],
    )
    const complete = await whenState(server.rest, session, infoHash, 'seeding')
    assert.is(complete.downloaded, length)
    for (const { path, content } of files)
      assert.is(Buffer.compare(readFileSync(join(server.rootDir, 'here', path)), content), 0)
  },
)

caseWith(
  selecting,
  'a skipped file is not reserved, and a stop and start leave the choice as it was',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer(peers)
    await using seed = await startSeed(sample)
    const { infoHash, bytes } = seed.made
    const session = await openSession(server.rest)
    await addTorrent(server.rest, session, {
      file: bytes,
      storage_mode: 'allocate',
      file_priorities: [7, 4, 0],
    })
    await whenState(server.rest, session, infoHash, 'downloading')
    await seed.dial(session.port)
    await whenState(server.rest, session, infoHash, 'finished')
    const third = pathOf(server, 'third.bin')
    assert.ok(!existsSync(third) || statSync(third).blocks * 512 <= pieceLength)
    const named = { session_id: session.id, info_hash: infoHash }
    await server.rest.call('stop_torrent', named)
    assert.is((await whenState(server.rest, session, infoHash, 'stopped')).progress, 1)
    await server.rest.call('start_torrent', named)
    await whenState(server.rest, session, infoHash, 'finished')
  },
)

selecting.run()
