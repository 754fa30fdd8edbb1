/** Downloads that are moved while peers send; real session workers, real pool threads, real disks. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { caseWith } from '../../interop/require.ts'
import { filesBelow } from '../../support/content.ts'
import { memoryFolder } from '../../support/disks.ts'
import { startRelay } from '../../support/relay.ts'
import { startSeed } from '../../support/seeds.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'
import { WatchedDesk } from '../../support/watched-desk.ts'

const moved = suite('src/main/supervisor/relocation, of downloads')
const mib = 1024 * 1024
const waitMs = 15_000
/** In which a peer nearby has sent metadata and first pieces. */
const graceMs = 1500
const signal = new AbortController().signal
const options = { signal, mayCopy: true, progress: (): void => undefined }

/** A download from a slow peer that waits for one, and what moves it to another disk. */
async function downloading() {
  await using stack = new AsyncDisposableStack()
  const seed = stack.use(await startSeed({ name: 'film', content: 3 * mib, pieceLength: 64 * 1024 }))
  const relay = stack.use(await startRelay(seed.port))
  relay.limit(512 * 1024)
  const { path: there } = stack.use(memoryFolder())
  let desk: WatchedDesk | undefined
  const sessions = stack.use(supervise({ hashDesk: (tasks) => (desk = new WatchedDesk(tasks)) }))
  const { supervisor } = sessions
  const { id } = await sessions.create()
  const { infoHash, bytes, content } = seed.made
  const of = { session_id: id, info_hash: infoHash }
  await sessions.command('upload_torrent', { session_id: id, file: bytes, save_path: 'here' })
  await sessions.whenTorrent(id, infoHash, 'to wait for peers', ({ state }) => state === 'downloading')
  const session = supervisor.session(id)
  const record = session.records.torrents.get(infoHash)
  assert.ok(record)
  const meet = () => sessions.command('add_peer', { ...of, address: `127.0.0.1:${relay.port}` })
  const kept = stack.move()
  return {
    sessions,
    session,
    of,
    /** Has it meet the peer; settles when there are pieces. */
    fetch: async () => {
      await meet()
      await sessions.whenTorrent(id, infoHash, 'pieces', ({ progress }) => progress > 0)
    },
    /** Bytes that came from the peer. */
    received: () => relay.received,
    /** Moves it; `onTurn` is called after each part of a copy. */
    move: async (onTurn = (): unknown => undefined) => {
      Object.assign(desk ?? {}, { onTurn })
      const place = { saveFolder: there, savePath: 'there', mountPoint: undefined }
      await supervisor.relocation.bring(session, record, place, options)
    },
    /** Fetches the rest, and looks whether all is in the new place and nothing came twice. */
    end: async () => {
      relay.limit(Infinity)
      await meet()
      const row = await sessions.whenTorrent(id, infoHash, 'to seed', ({ state }) => state === 'seeding')
      assert.is(row.downloaded, content.length, 'nothing twice')
      assert.equal([filesBelow(join(sessions.rootDir, 'here')), filesBelow(there)], [[], ['film']])
      assert.ok(readFileSync(join(there, 'film')).equals(content))
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

caseWith(
  moved,
  'a magnet whose metadata comes while it is moved has files in its new place alone',
  ['libtorrent'],
  async () => {
    await using seed = await startSeed({ name: 'film', content: 300_000 })
    await using sessions = supervise()
    const { supervisor, rootDir } = sessions
    const { id } = await sessions.create()
    const { infoHash, magnet, content } = { ...seed.made, magnet: seed.magnet }
    const of = { session_id: id, info_hash: infoHash }
    await sessions.command('upload_torrent', {
      session_id: id,
      magnet: magnet.split('&')[0],
      save_path: 'here',
    })
    await sessions.whenTorrent(id, infoHash, 'to ask', ({ state }) => state === 'downloading_metadata')
    const session = supervisor.session(id)
    const meet = async () => await sessions.command('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
    const decide = session.records.decide.bind(session.records)
    session.records.decide = async (...decision) => {
      session.records.decide = decide
      void meet().catch(() => undefined) // it waits for one that is held
      await setTimeout(graceMs)
      return await decide(...decision)
    }
    const { job } = await sessions.command('move_torrent', { ...of, save_path: 'there' })
    await eventually(waitMs, 'the end of the job', async () => {
      return (await sessions.command('get_job', { job_id: job.id })).job.state === 'done'
    })
    await meet()
    await sessions.whenTorrent(id, infoHash, 'to seed', ({ state }) => state === 'seeding')
    assert.equal(filesBelow(rootDir), ['there/film'])
    assert.ok(readFileSync(join(rootDir, 'there/film')).equals(content))
    await sessions.command('delete_torrent', { ...of, delete_data: 1 })
    await eventually(waitMs, 'no file', () => filesBelow(rootDir).length === 0)
  },
)

caseWith(
  moved,
  'what is asked of a torrent while its files are held waits until they are moved',
  ['libtorrent'],
  async () => {
    await using download = await downloading()
    const { sessions, of, fetch, received, move, end } = download
    await fetch()
    let turns = 0
    let before = 0
    await move(async () => {
      turns += 1
      if (turns !== 2) return // the second copies the rest, while nothing is written
      await sessions.command('stop_torrent', of)
      await sessions.command('start_torrent', of)
      await setTimeout(graceMs)
      before = received()
    })
    assert.ok(before > 0)
    await end()
  },
)

caseWith(
  moved,
  'a download whose first pieces come while it is moved to another disk keeps them',
  ['libtorrent'],
  async () => {
    await using download = await downloading()
    const { session, fetch, move, end } = download
    const query = session.query.bind(session)
    session.query = async (...question) => {
      session.query = query // of all that a move asks the worker this is the first: to hold the files
      await fetch()
      return await query(...question)
    }
    await move()
    await end()
  },
)

moved.run()
