/** Torrents that are in the session's `incomplete_path` until they are finished, with real peers and over a kill. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { memoryFolder } from '../support/disks.ts'
import { restFace, type Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { startProcess, type ServerProcess } from '../support/server-process.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const incomplete = suite('test/e2e/incomplete-path')
const waitMs = 20_000

caseWith(
  incomplete,
  'a download moves to its save path when it is finished, also over a kill in between, and is served there',
  ['libtorrent'],
  async () => {
    using folder = memoryFolder()
    const { path: memory } = folder
    const disk = temporaryFolder()
    assert.is.not(statSync(memory).dev, statSync(disk).dev)
    const variables = {
      RESTTORRENT_DATA_DIR: temporaryFolder(),
      RESTTORRENT_ROOT_DIR: '/',
      RESTTORRENT_PORT: '0',
      RESTTORRENT_LISTEN_HOST: '127.0.0.1',
      RESTTORRENT_ALLOW_PRIVATE: 'loopback',
      RESTTORRENT_MEMORY_ONLY: '0',
    }
    const start = async (): Promise<{ server: ServerProcess; rest: Face }> => {
      const server = startProcess([], variables)
      return { server, rest: restFace(await server.listening()) }
    }
    await using seed = await startSeed({ name: 'film', content: 24_000_000, pieceLength: 256 * 1024 })
    let { server, rest } = await start()
    try {
      const { infoHash, bytes, content } = seed.made
      const session = await openSession(rest, { incomplete_path: memory })
      assert.is(session.settings.incomplete_path, memory.slice(1))
      const of = { session_id: session.id, info_hash: infoHash }
      const added = await addTorrent(rest, session, { file: bytes, save_path: disk })
      const own = join(memory, infoHash)
      assert.is(added.save_path, own.slice(1))
      assert.is((await rest.call('get_torrent', of)).finished_path, disk.slice(1))
      await whenTorrent(rest, session, infoHash, ({ state }) => state === 'downloading')
      await rest.call('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
      await eventually(waitMs, 'the first bytes', () => existsSync(join(own, 'film')))
      assert.equal(readdirSync(disk), [])

      const until = Date.now() + waitMs
      while (!existsSync(join(disk, 'film')) && Date.now() < until) await setImmediate() // it is being copied
      server.signal('SIGKILL')
      await server.ended()
      assert.ok(readFileSync(join(own, 'film')).equals(content), 'nothing is removed before')
      ;({ server, rest } = await start())
      const moved = await whenTorrent(
        rest,
        session,
        infoHash,
        ({ state, finished_path }) => state === 'seeding' && finished_path === null,
      )
      assert.is(moved.save_path, disk.slice(1))
      assert.equal([readdirSync(memory), readdirSync(disk)], [[], ['film']])
      assert.ok(readFileSync(join(disk, 'film')).equals(content))
      const { jobs } = await rest.call('get_jobs', {})
      assert.equal(
        jobs.map(({ kind, state }) => [kind, state]),
        [['move_torrent', 'done']],
        'one move, which is carried on',
      )

      server.signal('SIGTERM')
      await server.ended()
      ;({ server, rest } = await start())
      const again = await whenTorrent(rest, session, infoHash, ({ state }) => state === 'seeding')
      assert.equal(
        [again.save_path, again.finished_path, again.downloaded >= content.length],
        [disk.slice(1), null, true],
      )
      await using leech = await startLeech(seed.made)
      await leech.download(session.port)
    } finally {
      await server[Symbol.asyncDispose]()
    }
  },
)

caseWith(
  incomplete,
  'torrents with the same names do not meet, and one whose save path is taken moves once that is free',
  ['libtorrent'],
  async () => {
    await using seed = await startSeed({ name: 'song', content: 200_000 })
    await using other = await startSeed({ name: 'song', content: 200_000, seed: 'another song' })
    await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
    const { rest, rootDir } = server
    const session = await openSession(rest)
    const set = async (incomplete_path: string) =>
      await rest.ask('update_session', { session_id: session.id, incomplete_path })
    assert.is((await set('../outside')).error?.code, 'path_outside_root')
    const refused = await rest.ask('create_session', { port_range: '1,2', incomplete_path: '/nowhere' })
    assert.is(refused.error?.code, 'path_outside_root')
    assert.is((await set('unfinished/')).status, 'success')
    const { settings } = await rest.call('get_session', { session_id: session.id })
    assert.is(settings.incomplete_path, 'unfinished')

    mkdirSync(join(rootDir, 'here'))
    writeFileSync(join(rootDir, 'here/song'), 'of somebody')
    const { infoHash, content } = seed.made
    await addTorrent(rest, session, { magnet: seed.magnet })
    await addTorrent(rest, session, { magnet: other.magnet, save_path: 'other' })
    const failed = await eventually(waitMs, 'the move to fail', async () => {
      const { jobs } = await rest.call('get_jobs', {})
      return jobs.find(({ state }) => state === 'failed')
    })
    assert.equal([failed.info_hash, failed.error?.code], [infoHash, 'file_exists'])
    const of = { session_id: session.id, info_hash: infoHash }
    const stays = await rest.call('get_torrent', of)
    assert.equal(
      [stays.state, stays.save_path, stays.finished_path],
      ['seeding', `unfinished/${infoHash}`, 'here'],
    )
    assert.is(readFileSync(join(rootDir, 'here/song'), 'utf8'), 'of somebody')
    await rest.call('stop_torrent', of)
    rmSync(join(rootDir, 'here/song'))
    const isMoved = ({ finished_path }: { finished_path: string | null }): boolean => finished_path === null
    assert.is((await whenTorrent(rest, session, infoHash, isMoved)).save_path, 'here', 'it is tried again')
    assert.ok(readFileSync(join(rootDir, 'here/song')).equals(content))
    await whenTorrent(rest, session, other.made.infoHash, isMoved)
    assert.ok(readFileSync(join(rootDir, 'other/song')).equals(other.made.content))
    await eventually(waitMs, 'the folders to be gone', () => {
      return readdirSync(join(rootDir, 'unfinished')).length === 0
    })

    const made = makeMetainfo({ name: 'old', content: 50_000 })
    writeFiles(join(rootDir, 'here'), made)
    const there = await addTorrent(rest, session, { file: made.bytes })
    assert.is(there.save_path, 'here', 'what is at its save path already is used')
    const fresh = makeMetainfo({ name: 'new', content: 50_000 })
    const begun = `unfinished/${fresh.infoHash}`
    assert.is((await addTorrent(rest, session, { file: fresh.bytes })).save_path, begun)
    const inMemory = makeMetainfo({ name: 'memory', content: 50_000 })
    const held = await addTorrent(rest, session, { file: inMemory.bytes, storage_mode: 'memory' })
    assert.is(held.save_path, 'here')
    assert.is((await set('')).status, 'success')
    const last = makeMetainfo({ name: 'last', content: 50_000 })
    assert.is((await addTorrent(rest, session, { file: last.bytes })).save_path, 'here')
    const kept = await rest.call('get_torrent', { ...of, info_hash: fresh.infoHash })
    assert.equal([kept.save_path, kept.finished_path], [begun, 'here'], 'it keeps what it was added with')
    const own = join(rootDir, begun)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'new'), 'the beginning')
    await rest.call('delete_torrent', { ...of, info_hash: fresh.infoHash, delete_data: 1 })
    await eventually(waitMs, 'its folder to go with its data', () => !existsSync(own))
  },
)

incomplete.run()
