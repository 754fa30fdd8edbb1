/** Many finished torrents after a start: all are listed at once and seed again without a byte being read. */
import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import type { StoreOperation } from '../../src/protocol/store-rpc.ts'
import { openStore } from '../../src/worker/store/store.ts'
import { freePort } from '../support/ports.ts'
import { countingSession, hashRequests } from '../support/hash-count.ts'
import { startTestServer } from '../support/server.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'
import { torrentRecord } from '../support/torrent-record.ts'
import { sessionId, sessionOf } from '../worker/store/fixture.ts'

const many = suite('test/e2e/many-finished')
const count = 1000
const [pieceLength, pieceCount] = [4 * 1024 * 1024, 25]
const totalSize = pieceLength * pieceCount
const seedWithinMs = 40_000
const pieces = Buffer.concat(
  new Array<Buffer>(pieceCount).fill(createHash('sha1').update(Buffer.alloc(pieceLength)).digest()),
)

many('a thousand finished torrents seed after a start, and nothing is hashed', async () => {
  const dataDir = realpathSync(temporaryFolder())
  await fill(dataDir, join(dataDir, 'downloads'), await freePort())
  await using server = await startTestServer({ DATA_DIR: dataDir }, countingSession())
  const list = async () => (await server.rest.call('get_torrent_list', { session_id: sessionId() })).torrents
  const first = await list()
  assert.is(first.length, count)
  assert.ok(first.some(({ state }) => state === 'checking_resume_data'))
  await eventually(seedWithinMs, 'all seed', async () =>
    (await list()).every(({ state }) => state === 'seeding'),
  )
  assert.is(hashRequests(), 0)
})

/** A store as a server leaves it that ended in order, and its files, which are zeros and take no space. */
async function fill(dataDir: string, root: string, port: number): Promise<void> {
  mkdirSync(root)
  const store = await openStore(dataDir)
  const { settings, ...session } = sessionOf()
  const quiet = { ...settings, dht: false, lsd: false }
  await store.write([
    { type: 'put_session', session: { ...session, ports: [port], settings: quiet } },
    ...Array.from({ length: count }, (_, n) => torrentOperations(root, `zeros-${n}`)).flat(),
    { type: 'mark_clean', sessionId: session.id, clean: true },
  ])
  await store.close()
}

function torrentOperations(root: string, name: string): StoreOperation[] {
  const path = join(root, name)
  const file = openSync(path, 'w')
  ftruncateSync(file, totalSize)
  closeSync(file)
  const { size, mtimeNs, ino } = statSync(path, { bigint: true })
  const rawInfo = encodeBencode({ length: totalSize, name, 'piece length': pieceLength, pieces })
  const infoHash = createHash('sha1').update(rawInfo).digest('hex')
  const {
    bits: _bits,
    counters,
    resume: _resume,
    ...torrent
  } = torrentRecord({
    infoHash,
    source: { rawInfo, name, trackers: [], webSeeds: [], peers: [] },
    facts: { name, totalSize, private: false, pieceLength, pieceCount },
    saveFolder: root,
    savePath: '',
    memoryOnly: false,
  })
  const bits = new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff)
  bits[bits.length - 1] = 0x80
  const files = [{ index: 0, size: Number(size), mtimeNs, ino }]
  return [
    { type: 'put_torrent', sessionId: sessionId(), torrent },
    {
      type: 'checkpoint',
      sessionId: sessionId(),
      infoHash,
      checkpoint: { bits, files, openForWriting: [], counters },
    },
  ]
}

many.run()
