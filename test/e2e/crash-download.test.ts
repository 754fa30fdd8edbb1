/** A crash in the middle of a download from a real client: what was finished is not downloaded again. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { contentHash } from '../support/content.ts'
import { faultySession, order } from '../support/faults.ts'
import { startRelay } from '../support/relay.ts'
import { startSeed } from '../support/seeds.ts'
import { eventually, suite } from '../support/suite.ts'
import { supervise } from '../support/supervised.ts'

const crash = suite('test/e2e/crash-download')
const megabyte = 1024 * 1024
const length = 24 * megabyte
const pieceLength = 64 * 1024
const rate = 8 * megabyte
/** What is on its way when the worker ends is lost: blocks of unfinished pieces, and what sockets hold. */
const lostAtMost = 6 * megabyte
const completeWithinMs = 40_000

caseWith(crash, 'after a crash finished pieces are not downloaded again', ['libtorrent'], async () => {
  await using seed = await startSeed({ content: length, pieceLength })
  await using relay = await startRelay(seed.port)
  await using sessions = supervise({ entry: faultySession() })
  relay.limit(rate)
  const { id, port } = await sessions.create()
  const { infoHash } = seed.made
  const magnet = `magnet:?xt=urn:btih:${infoHash}&x.pe=127.0.0.1:${relay.port}`
  await sessions.command('upload_torrent', { session_id: id, magnet, save_path: 'here' })
  await sessions.whenTorrent(id, infoHash, 'half of it', ({ progress }) => progress > 0.5)
  order({ sessionId: id, fault: 'throw' })
  await sessions.whenSession(id, 'crashed', (view) => view.restarts === 1)
  const bits = sessions.supervisor.session(id).records.torrents.get(infoHash)?.bits
  const had = countOf(bits) * pieceLength
  const sentBefore = relay.received
  assert.ok(had > length / 3, `${had} bytes were finished`)
  relay.limit(Infinity)
  const row = await eventually(completeWithinMs, 'complete', () => {
    const now = sessions.board.session(id)?.torrents.get(infoHash)
    return now?.state === 'seeding' && now
  })
  assert.is(row.progress, 1)
  const sentAfter = relay.received - sentBefore
  assert.ok(sentAfter < length - had + lostAtMost, `${sentAfter} bytes were sent for ${length - had} missing`)
  const view = sessions.board.sessions.get(id)
  assert.equal([view?.port, view?.worker.generation], [port, 2])
  const { name } = seed.made
  assert.is(
    contentHash(join(sessions.rootDir, 'here', name)),
    createHash('sha256').update(seed.made.content).digest('hex'),
  )
})

function countOf(bits: SharedArrayBuffer | undefined): number {
  return Array.from(new Uint8Array(bits ?? new SharedArrayBuffer(0)))
    .map((byte) => byte.toString(2).replaceAll('0', '').length)
    .reduce((sum, ones) => sum + ones, 0)
}

crash.run()
