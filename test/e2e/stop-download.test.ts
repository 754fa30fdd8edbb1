/** A signal in the middle of a download from a real client: what was written stays and counts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { restFace } from '../support/faces.ts'
import { hashesOf, type MadeMetainfo } from '../support/metainfo.ts'
import { startRelay } from '../support/relay.ts'
import { startSeed } from '../support/seeds.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const stopping = suite('test/e2e/stop-download')
const megabyte = 1024 * 1024

const startServer = (dataDir: string): ServerProcess =>
  startProcess(['--port', '0', '--data-dir', dataDir, '--listen-host', '127.0.0.1'], {
    RESTTORRENT_ALLOW_PRIVATE: 'loopback',
  })

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  caseWith(
    stopping,
    `${signal} in the middle of a download loses nothing that was written`,
    ['libtorrent'],
    async () => {
      await using seed = await startSeed({ content: 8 * megabyte, pieceLength: 64 * 1024 })
      await using relay = await startRelay(seed.port)
      relay.limit(3 * megabyte)
      const { made } = seed
      const magnet = `magnet:?xt=urn:btih:${made.infoHash}&x.pe=127.0.0.1:${relay.port}`
      const dataDir = temporaryFolder()
      let progress: number
      {
        await using server = startServer(dataDir)
        const face = restFace(await server.listening())
        const session = await openSession(face, { memory_only: 1 })
        await addTorrent(face, session, { magnet })
        progress = (await whenTorrent(face, session, made.infoHash, (row) => row.progress > 0.3)).progress
        server.signal(signal)
        assert.is(await server.ended(), 0)
      }
      const file = join(dataDir, 'downloads', 'here', made.name)
      const onDisk = finishedBytes(readFileSync(file), made)
      assert.ok(onDisk >= progress * made.length - 1, `${onDisk} bytes are on disk, ${progress} was told`)
      await using server = await startTestServer({ DATA_DIR: dataDir, ALLOW_PRIVATE: 'loopback' })
      const face = server.rest
      const session = await openSession(face, { memory_only: 1 })
      const before = relay.received
      await addTorrent(face, session, { magnet })
      await whenState(face, session, made.infoHash, 'seeding')
      const sent = relay.received - before
      assert.ok(
        sent < made.length - onDisk + megabyte,
        `${sent} bytes were sent, ${made.length - onDisk} missing`,
      )
    },
  )
}

caseWith(
  stopping,
  'a torrent that is stopped has no connection; started, it goes on from there',
  ['libtorrent'],
  async () => {
    await using seed = await startSeed({ content: 8 * megabyte, pieceLength: 64 * 1024 })
    await using relay = await startRelay(seed.port)
    relay.limit(3 * megabyte)
    const { made } = seed
    const named = { info_hash: made.infoHash }
    await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
    const face = server.rest
    const session = await openSession(face)
    const ids = { session_id: session.id, ...named }
    await addTorrent(face, session, { file: made.bytes })
    const dial = async () => await face.call('add_peer', { ...ids, address: `127.0.0.1:${relay.port}` })
    await whenState(face, session, made.infoHash, 'downloading')
    await dial()
    await whenTorrent(face, session, made.infoHash, (row) => row.progress > 0.3)
    relay.limit(megabyte / 20)
    await face.call('stop_torrent', ids)
    const stopped = await whenState(face, session, made.infoHash, 'stopped')
    await eventually(10_000, 'the end of the connection', () => relay.open === 0)
    relay.limit(Infinity)
    assert.not.equal((await face.call('start_torrent', ids)).state, 'stopped')
    const started = await whenState(face, session, made.infoHash, 'downloading')
    assert.ok(started.progress >= stopped.progress && started.progress < 1)
    await dial()
    await whenState(face, session, made.infoHash, 'seeding')
    const inVain = relay.received - made.length
    assert.ok(inVain < 2 * megabyte, `${inVain} bytes too many were sent`)
  },
)

/** Bytes of the pieces of a file on disk that hash as they should. */
function finishedBytes(disk: Buffer, { content, pieceLength, length }: MadeMetainfo): number {
  const [found, expected] = [hashesOf(disk, pieceLength), hashesOf(content, pieceLength)]
  let bytes = 0
  for (let at = 0; at * pieceLength < length; at += 1) {
    const same = found.subarray(at * 20, at * 20 + 20).equals(expected.subarray(at * 20, at * 20 + 20))
    if (same) bytes += Math.min(pieceLength, length - at * pieceLength)
  }
  return bytes
}

stopping.run()
