import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { RestTorrentError, type ErrorCode } from '../../../src/protocol/errors.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { startThreadHost } from '../../../src/main/threads/thread-host.ts'
import { faultySession, order } from '../../support/faults.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'
import { supervise, type Supervised } from '../../support/supervised.ts'

const handlers = suite('src/main/handlers/torrent-handlers')
const broken = new URL('data:text/javascript,throw new Error("broken at its start")')
const made = makeMetainfo()

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  try {
    await promise
  } catch (error) {
    if (error instanceof RestTorrentError) return error.code
    throw error
  }
  throw new Error('it did not fail')
}

function upload(sessions: Supervised, id: string, torrent: MadeMetainfo, parameters: object = {}) {
  const file = torrent.bytes
  return sessions.command('upload_torrent', { session_id: id, file, save_path: 'here', ...parameters })
}

const remove = (sessions: Supervised, id: string, { infoHash }: MadeMetainfo, delete_data: number) =>
  sessions.command('delete_torrent', { session_id: id, info_hash: infoHash, delete_data })

/** Sessions whose workers can be kept away. */
function withAway() {
  const worker = { entry: threadEntries.session }
  const sessions = supervise({ start: (options) => startThreadHost(worker.entry, options) })
  const away = async (id: string): Promise<void> => {
    worker.entry = broken
    await sessions.command('restart_session', { session_id: id })
    await sessions.whenSession(
      id,
      'away',
      (view) => view.state === 'restarting' && view.worker.generation === 0,
    )
  }
  const back = async (id: string): Promise<void> => {
    worker.entry = threadEntries.session
    await sessions.command('restart_session', { session_id: id })
    await sessions.whenSession(id, 'back', (view) => view.state === 'running')
  }
  return { sessions, away, back }
}

handlers(
  'a torrent added and one deleted while the worker is away succeed, and are so when it is back',
  async () => {
    const { sessions, away, back } = withAway()
    await using _ = sessions
    const other = makeMetainfo({ name: 'other', seed: 'other' })
    writeFiles(join(sessions.rootDir, 'here'), made)
    writeFiles(join(sessions.rootDir, 'here'), other)
    const { id } = await sessions.create()
    await upload(sessions, id, made)
    await sessions.whenTorrent(id, made.infoHash, 'seeding', (row) => row.state === 'seeding')
    await away(id)
    await upload(sessions, id, other)
    await remove(sessions, id, made, 1)
    const { torrents } = await sessions.command('get_torrent_list', { session_id: id })
    assert.equal(
      torrents.map(({ info_hash, state }) => [info_hash, state]),
      [[other.infoHash, 'checking_resume_data']],
    )
    assert.ok(existsSync(join(sessions.rootDir, 'here', made.name)))
    await back(id)
    await sessions.whenTorrent(id, other.infoHash, 'seeding', (row) => row.state === 'seeding')
    await sessions.whenTorrent(
      id,
      other.infoHash,
      'deleted',
      () => !existsSync(join(sessions.rootDir, 'here', made.name)),
    )
    assert.is((await sessions.command('get_torrent_list', { session_id: id })).torrents.length, 1)
  },
)

handlers(
  'a torrent deleted and added again while the worker is away is listed and runs when it is back',
  async () => {
    const { sessions, away, back } = withAway()
    await using _ = sessions
    const { id } = await sessions.create()
    await upload(sessions, id, made)
    await away(id)
    await remove(sessions, id, made, 0)
    await upload(sessions, id, made, { save_path: 'there' })
    await back(id)
    const row = await sessions.whenTorrent(
      id,
      made.infoHash,
      'downloading',
      ({ state }) => state === 'downloading',
    )
    assert.is(row.save_path, 'there')
  },
)

handlers('a torrent deleted and added again at once is not met by its own removal', async () => {
  await using sessions = supervise()
  const { id } = await sessions.create()
  for (let round = 0; round < 5; round += 1) {
    await upload(sessions, id, made)
    await sessions.whenTorrent(id, made.infoHash, 'downloading', ({ state }) => state === 'downloading')
    await remove(sessions, id, made, 1)
  }
  await upload(sessions, id, made)
  await sessions.whenTorrent(id, made.infoHash, 'downloading', ({ state }) => state === 'downloading')
  assert.is(sessions.board.sessions.get(id)?.worker.generation, 1)
  assert.is(sessions.supervisor.session(id).records.removals.size, 0)
})

handlers('a session returns with its torrents and with what was proved of them', async () => {
  await using sessions = supervise({ entry: faultySession() })
  const { id } = await sessions.create()
  writeFiles(join(sessions.rootDir, 'here'), made)
  await upload(sessions, id, made)
  await sessions.whenTorrent(id, made.infoHash, 'seeding', (row) => row.state === 'seeding')
  order({ sessionId: id, fault: 'throw' })
  await sessions.whenSession(id, 'back', (view) => view.worker.generation === 2 && view.state === 'running')
  const row = await sessions.whenTorrent(id, made.infoHash, 'seeding', ({ state }) => state === 'seeding')
  assert.is(row.progress, 1)
  const { bits = new SharedArrayBuffer(0) } =
    sessions.supervisor.session(id).records.torrents.get(made.infoHash) ?? {}
  assert.equal([...new Uint8Array(bits)], [0b11111110])
})

handlers(
  'a torrent that was being activated at two crashes in a row is quarantined, and the rest starts',
  async () => {
    const good = [1, 2, 3, 4].map((at) => makeMetainfo({ name: `good ${at}`, seed: `good ${at}` }))
    await using sessions = supervise({ entry: faultySession(made.infoHash) })
    const { id } = await sessions.create()
    const all = [...good.slice(0, 2), made, ...good.slice(2)]
    await Promise.all(all.map((torrent) => upload(sessions, id, torrent)))
    const bad = await sessions.whenTorrent(
      id,
      made.infoHash,
      'quarantined',
      ({ state }) => state === 'quarantined',
    )
    assert.match(bad.error?.message ?? '', 'ended the worker twice')
    for (const { infoHash } of good) {
      await sessions.whenTorrent(id, infoHash, 'downloading', ({ state }) => state === 'downloading')
    }
    const view = await sessions.whenSession(id, 'running', ({ state }) => state === 'running')
    assert.is(view.worker.generation, 3)
    const { torrents } = await sessions.command('get_torrent_list', { session_id: id })
    assert.equal(torrents.find(({ info_hash }) => info_hash === made.infoHash)?.error, bad.error)
  },
)

handlers('a quarantined torrent can be deleted', async () => {
  await using sessions = supervise({ entry: faultySession(made.infoHash) })
  const { id } = await sessions.create()
  await upload(sessions, id, made)
  await sessions.whenTorrent(id, made.infoHash, 'quarantined', ({ state }) => state === 'quarantined')
  await sessions.whenSession(id, 'running', ({ state }) => state === 'running')
  await remove(sessions, id, made, 1)
  assert.equal((await sessions.command('get_torrent_list', { session_id: id })).torrents, [])
})

handlers('a torrent added while the worker is silent succeeds, and runs when it speaks again', async () => {
  await using sessions = supervise({ entry: faultySession(), pollMs: 150 })
  const { id } = await sessions.create()
  order({ sessionId: id, fault: 'silent', ms: 2000 })
  await sessions.whenSession(id, 'silent', (view) => view.worker.stale)
  assert.is((await upload(sessions, id, made)).state, 'checking_resume_data')
  await sessions.whenTorrent(id, made.infoHash, 'downloading', ({ state }) => state === 'downloading')
  assert.is(sessions.board.sessions.get(id)?.worker.generation, 1)
})

handlers('the same torrent twice, also at the same moment, is torrent_exists', async () => {
  await using sessions = supervise()
  const { id } = await sessions.create()
  const both = await Promise.allSettled([upload(sessions, id, made), upload(sessions, id, made)])
  assert.equal(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.is(await codeOf(upload(sessions, id, made)), 'torrent_exists')
})

handlers('a torrent added with autostart 0 is stopped', async () => {
  await using sessions = supervise()
  const { id } = await sessions.create()
  assert.is((await upload(sessions, id, made, { autostart: 0 })).state, 'stopped')
  const detail = await sessions.command('get_torrent', { session_id: id, info_hash: made.infoHash })
  assert.equal(
    [detail.state, detail.num_pieces, detail.piece_length],
    ['stopped', made.pieceCount, made.pieceLength],
  )
})

handlers(
  'refusals: no source or two, a path outside, an absent torrent, a durable torrent in memory',
  async () => {
    await using sessions = supervise()
    const { id } = await sessions.create()
    const magnet = `magnet:?xt=urn:btih:${made.infoHash}`
    const refused: [ErrorCode, object][] = [
      ['select_one_source', { file: undefined }],
      ['select_one_source', { magnet }],
      ['path_outside_root', { save_path: '..' }],
      ['invalid_path', { save_path: '' }],
      ['session_is_memory_only', { memory_only: 0 }],
      ['invalid_bencode', { file: new Uint8Array([1]) }],
    ]
    for (const [code, parameters] of refused)
      assert.is(await codeOf(upload(sessions, id, made, parameters)), code)
    assert.is(await codeOf(remove(sessions, id, made, 0)), 'torrent_not_found')
    assert.equal((await sessions.command('get_torrent_list', { session_id: id })).torrents, [])
  },
)

handlers('allocate with more than the disk has is insufficient_space', async () => {
  await using sessions = supervise()
  const { id } = await sessions.create()
  const file = hugeTorrent(64 * 1024 * 1024, 200_000)
  assert.is(
    await codeOf(upload(sessions, id, made, { file, storage_mode: 'allocate' })),
    'insufficient_space',
  )
  assert.equal((await sessions.command('get_torrent_list', { session_id: id })).torrents, [])
})

/** A .torrent of 12 TiB. Nobody has what it describes. */
function hugeTorrent(pieceLength: number, pieceCount: number): Uint8Array {
  const pieces = new Uint8Array(pieceCount * 20)
  return encodeBencode({
    info: { length: pieceLength * pieceCount, name: 'huge', 'piece length': pieceLength, pieces },
  })
}

handlers.run()
