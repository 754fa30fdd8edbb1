/** Files that are hashed anew, and fetched anew from a real peer. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const recheck = suite('test/e2e/recheck')
const pieceLength = 16 * 1024
const pieces = 60
const loopback = { ALLOW_PRIVATE: 'loopback', MEMORY_ONLY: '0' }

/** Writes other bytes over pieces of a file, in place. */
function damage(path: string, ...damaged: number[]): void {
  const file = openSync(path, 'r+')
  for (const piece of damaged) writeSync(file, 'damaged', piece * pieceLength + 100)
  closeSync(file)
}

caseWith(
  recheck,
  'what is damaged is found, while it seeds and while it is stopped, and fetched from a peer',
  ['libtorrent'],
  async () => {
    const dataDir = temporaryFolder()
    await using seed = await startSeed({ content: pieces * pieceLength, pieceLength })
    const { made } = seed
    const key = { info_hash: made.infoHash }
    const file = join(dataDir, 'downloads/here', made.name)
    const share = (missing: number) => Math.floor(((pieces - missing) / pieces) * 10_000)
    const progress = (torrent: { progress: number }) => Math.floor(torrent.progress * 10_000)
    let session
    {
      await using server = await startTestServer({ DATA_DIR: dataDir, ...loopback })
      const { rest } = server
      session = await openSession(rest)
      const of = { session_id: session.id, ...key }
      const peer = { ...of, address: `127.0.0.1:${seed.port}` }
      await addTorrent(rest, session, { file: made.bytes })
      await whenState(rest, session, made.infoHash, 'downloading')
      await rest.call('add_peer', peer)
      await whenState(rest, session, made.infoHash, 'seeding')

      damage(file, 3, 40)
      await rest.call('recheck_torrent', of)
      const checked = await whenState(rest, session, made.infoHash, 'downloading')
      assert.is(progress(checked), share(2))
      await rest.call('add_peer', peer)
      const again = await whenState(rest, session, made.infoHash, 'seeding')
      assert.is(again.downloaded, checked.downloaded + 2 * pieceLength)
      assert.ok(readFileSync(file).equals(made.content))

      await rest.call('stop_torrent', of)
      await whenState(rest, session, made.infoHash, 'stopped')
      damage(file, 7)
      await rest.call('recheck_torrents', { session_id: session.id, info_hashes: 'all' })
      await whenTorrent(
        rest,
        session,
        made.infoHash,
        (torrent) => torrent.state === 'stopped' && progress(torrent) === share(1),
      )
    }
    await using server = await startTestServer({ DATA_DIR: dataDir, ...loopback })
    const { rest } = server
    const of = { session_id: session.id, ...key }
    const kept = await rest.call('get_torrent', of)
    assert.equal([kept.state, progress(kept)], ['stopped', share(1)])
    await rest.call('start_torrent', of)
    await whenState(rest, session, made.infoHash, 'downloading')
    await rest.call('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
    await whenState(rest, session, made.infoHash, 'seeding')
    assert.ok(readFileSync(file).equals(made.content))
  },
)

recheck('a torrent that is absent is not found', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const made = { info_hash: 'f'.repeat(40) }
  const answer = await server.rest.ask('recheck_torrent', { session_id: session.id, ...made })
  assert.is(answer.error?.code, 'torrent_not_found')
})

recheck.run()
