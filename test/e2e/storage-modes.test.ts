/** Where the bytes of a torrent go by its storage mode, seen on the disk. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { caseWith } from '../interop/require.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { startLeech, startPartialSeed, startSeed } from '../support/seeds.ts'
import { shareServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'

const modes = suite('test/e2e/storage-modes')
const shared = shareServer(modes, { ALLOW_PRIVATE_PEERS: 'loopback' })
const options = { content: 4 * 1024 * 1024, pieceLength: 256 * 1024 }
const sector = 512

/** Bytes of a file that have a place on the disk. */
function heldBytes(path: string): number {
  return statSync(path).blocks * sector
}

caseWith(modes, 'sparse: a file has holes where no piece has arrived', ['libtorrent'], async () => {
  const server = shared()
  const made = makeMetainfo(options)
  const second = Buffer.from(made.content).fill(0, 0, made.length / 2)
  await using seed = await startPartialSeed(made, second)
  const session = await openSession(server.rest)
  const { info_hash } = await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, info_hash, 'downloading')
  await seed.dial(session.port)
  await whenTorrent(server.rest, session, info_hash, ({ progress }) => progress === 0.5)
  const file = join(server.rootDir, 'here', made.name)
  assert.is(statSync(file).size, made.length)
  assert.ok(heldBytes(file) <= made.length * 0.6, `${heldBytes(file)} of ${made.length} bytes are held`)
  assert.ok(readFileSync(file).equals(second))
})

modes('sparse: nothing is written before a piece arrives', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const made = makeMetainfo(options)
  const { info_hash } = await addTorrent(server.rest, session, { file: made.bytes })
  await whenState(server.rest, session, info_hash, 'downloading')
  assert.not.ok(existsSync(join(server.rootDir, 'here')))
})

modes('allocate: the whole file is reserved while nothing was downloaded', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const made = makeMetainfo(options)
  const { info_hash } = await addTorrent(server.rest, session, { file: made.bytes, storage_mode: 'allocate' })
  const { downloaded, storage_mode } = await whenState(server.rest, session, info_hash, 'downloading')
  assert.equal({ downloaded, storage_mode }, { downloaded: 0, storage_mode: 'allocate' })
  const file = join(server.rootDir, 'here', made.name)
  assert.is(statSync(file).size, made.length)
  assert.ok(heldBytes(file) >= made.length, `${heldBytes(file)} of ${made.length} bytes are held`)
})

modes('allocate: what cannot fit is insufficient_space, and nothing is written', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const of = { session_id: session.id, save_path: 'here', file: absurd() }
  const body = await server.rest.ask('upload_torrent', { ...of, storage_mode: 'allocate' })
  assert.is(body.error?.code, 'insufficient_space')
  assert.equal(readdirSync(server.rootDir), [])
  assert.equal((await server.rest.call('get_torrent_list', { session_id: session.id })).torrents, [])
})

caseWith(modes, 'memory: a torrent is downloaded and seeded without a file', ['libtorrent'], async () => {
  const server = shared()
  const session = await openSession(server.rest)
  {
    await using seed = await startSeed(options)
    const { info_hash } = await addTorrent(server.rest, session, {
      magnet: seed.magnet,
      storage_mode: 'memory',
    })
    await whenState(server.rest, session, info_hash, 'seeding')
  }
  assert.equal(readdirSync(server.rootDir), [])
  const made = makeMetainfo(options)
  await using leech = await startLeech(made)
  await leech.download(session.port)
  assert.ok(readFileSync(join(leech.folder, made.name)).equals(made.content))
  const torrent = await whenTorrent(
    server.rest,
    session,
    made.infoHash,
    ({ uploaded }) => uploaded >= made.length,
  )
  assert.is(torrent.ratio, 1)
})

modes('a storage mode that is none is invalid_parameter', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const of = { session_id: id, save_path: 'here', file: makeMetainfo().bytes, storage_mode: 'compact' }
  const body = await server.rest.ask('upload_torrent', of)
  assert.is(body.error?.code, 'invalid_parameter')
  assert.match(String(body.message), 'storage_mode')
})

/** A torrent of 4 TiB. */
function absurd(): Uint8Array {
  const pieceLength = 64 * 1024 * 1024
  const pieceCount = 65_536
  const info = { length: pieceLength * pieceCount, name: 'absurd', 'piece length': pieceLength }
  return encodeBencode({ info: { ...info, pieces: Buffer.alloc(20 * pieceCount) } })
}

modes.run()
