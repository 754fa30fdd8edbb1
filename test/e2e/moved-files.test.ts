/** Files that get other names and places while their torrent goes on, with real peers and over restarts. */
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { CommandOutput } from '../../src/protocol/commands.ts'
import { caseWith } from '../interop/require.ts'
import type { Face, Parameters } from '../support/faces.ts'
import { filesBelow, mixedFiles } from '../support/content.ts'
import { canMount, memoryFolder, mountSmallDisk } from '../support/disks.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startLeech, startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const moved = suite('test/e2e/moved-files')
const waitMs = 20_000
const durable = { ALLOW_PRIVATE: 'loopback', MEMORY_ONLY: '0' }
const made = makeMetainfo({ name: 'tree', files: mixedFiles })

type Job = CommandOutput<'get_job'>['job']

/** The job as it has ended. */
async function whenEnded(face: Face, { id }: Job): Promise<Job> {
  return await eventually(waitMs, 'the end of the job', async () => {
    const { job } = await face.call('get_job', { job_id: id })
    return job.finished_at !== null && job
  })
}

const pathsOf = async (face: Face, of: Parameters): Promise<string[]> =>
  (await face.call('get_files', of)).files.map(({ path }) => path)

caseWith(
  moved,
  'a seed gives its files other names while it serves them, and keeps them over a restart',
  ['libtorrent'],
  async () => {
    const dataDir = temporaryFolder()
    const folder = join(dataDir, 'downloads/here')
    writeFiles(folder, made)
    let session
    let of
    {
      await using server = await startTestServer({ DATA_DIR: dataDir, ...durable })
      const { rest } = server
      session = await openSession(rest)
      of = { session_id: session.id, info_hash: made.infoHash }
      await addTorrent(rest, session, { file: made.bytes })
      await whenState(rest, session, made.infoHash, 'seeding')
      await using before = await startLeech(made)
      await before.download(session.port)

      const rename = { ...of, path: 'tree/first.bin', new_path: 'tree/other folder/one.bin' }
      assert.is((await rest.call('rename_file', rename)).num_files, 1)
      await rest.call('rename_file', { ...of, path: 'tree', new_path: 'wood' })
      const expected = [
        'wood/a folder/deeper/empty.bin',
        'wood/a folder/deeper/third.bin',
        'wood/a folder/second.bin',
        'wood/other folder/one.bin',
        'wood/ünïcode/last.bin',
      ]
      assert.equal((await pathsOf(rest, of)).toSorted(), expected)
      assert.equal(filesBelow(folder), expected)
      await whenTorrent(rest, session, made.infoHash, ({ num_peers }) => num_peers === 0) // the leech has all
      await using after = await startLeech(made)
      await after.download(session.port)
      const codes = async (path: string, new_path: string) =>
        (await rest.ask('rename_file', { ...of, path, new_path })).error?.code
      assert.is(await codes('tree/first.bin', 'x'), 'not_found')
      for (const name of ['wood/other folder/ONE.bin', 'wood/other folder/one.bin/x'])
        assert.is(await codes('wood/a folder/second.bin', name), 'file_exists', name)
      for (const name of ['../x', 'wood/../x', '/x', 'a//b', 'con', 'a\0', 'x'.repeat(256)])
        assert.is(await codes('wood/a folder/second.bin', name), 'invalid_path', name)
      assert.is(await codes('wood/a folder/second.bin', 'wood/a folder/Second.bin'), undefined)
      // its second name is not its name in another case
      linkSync(join(folder, 'wood/a folder/Second.bin'), join(folder, 'wood/a folder/second.bin'))
      assert.is(await codes('wood/a folder/Second.bin', 'wood/a folder/second.bin'), 'file_exists')
      rmSync(join(folder, 'wood/a folder/second.bin'))
      assert.is(await codes('wood/a folder/Second.bin', 'wood/a folder/second.bin'), undefined)
      assert.equal(filesBelow(folder), expected)
      writeFileSync(join(folder, 'in the way'), 'of somebody')
      assert.is(await codes('wood/a folder/second.bin', 'in the way'), 'file_exists')
      assert.is(readFileSync(join(folder, 'in the way'), 'utf8'), 'of somebody')
    }
    await using server = await startTestServer({ DATA_DIR: dataDir, ...durable })
    await whenState(server.rest, session, made.infoHash, 'seeding')
    assert.ok((await pathsOf(server.rest, of)).includes('wood/other folder/one.bin'))
    await using leech = await startLeech(made)
    await leech.download(session.port)
    await server.rest.call('recheck_torrent', of)
    await whenState(server.rest, session, made.infoHash, 'seeding')
    await server.rest.call('delete_torrent', { ...of, delete_data: 1 })
    await eventually(waitMs, 'the files to be gone', () => !existsSync(join(folder, 'wood')))
    assert.equal(readdirSync(folder), ['in the way'])
  },
)

caseWith(
  moved,
  'a download that is renamed and moved to another disk in the middle ends with the right bytes',
  ['libtorrent'],
  async () => {
    using folder = memoryFolder()
    const { path: shared } = folder
    const here = temporaryFolder()
    assert.is.not(statSync(shared).dev, statSync(here).dev)
    await using seed = await startSeed({ content: 3_000_000, pieceLength: 16 * 1024, name: 'film' })
    await using server = await startTestServer({ ...durable, ROOT_DIR: '/' })
    const { rest } = server
    const session = await openSession(rest, { download_limit: 400_000 })
    const { infoHash, content, bytes } = seed.made
    const of = { session_id: session.id, info_hash: infoHash }
    await addTorrent(rest, session, { file: bytes, save_path: here })
    await whenState(rest, session, infoHash, 'downloading')
    await rest.call('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
    await whenTorrent(rest, session, infoHash, ({ progress }) => progress > 0.1)
    await rest.call('rename_file', { ...of, path: 'film', new_path: 'folder/movie' })
    assert.ok(existsSync(join(here, 'folder/movie')) && !existsSync(join(here, 'film')))
    const { job } = await rest.call('move_torrent', { ...of, save_path: shared })
    assert.equal([job.kind, job.info_hash], ['move_torrent', infoHash])
    const ended = await whenEnded(rest, job)
    assert.equal([ended.state, ended.result], ['done', { save_path: shared.slice(1) }], JSON.stringify(ended))
    assert.not.ok(existsSync(join(here, 'folder')))
    const between = await rest.call('get_torrent', of)
    assert.equal([between.state, between.save_path], ['downloading', shared.slice(1)])
    assert.ok(between.num_peers > 0 && between.progress < 1, 'its peer stays')
    await rest.call('update_session', { session_id: session.id, download_limit: 0 })
    const complete = await whenState(rest, session, infoHash, 'seeding')
    assert.is(complete.downloaded, content.length, 'nothing is fetched twice')
    assert.ok(readFileSync(join(shared, 'folder/movie')).equals(content))
    await using leech = await startLeech(seed.made)
    const back = await rest.call('move_torrents', {
      session_id: session.id,
      info_hashes: 'all',
      save_path: here,
    })
    assert.is((await whenEnded(rest, back.results[0]?.job as Job)).state, 'done')
    await leech.download(session.port)
    assert.ok(readFileSync(join(here, 'folder/movie')).equals(content))
    assert.equal(readdirSync(shared), [])
  },
)

moved('what belongs to others, or is damaged, stays where it is and so does the torrent', async () => {
  await using server = await startTestServer({ ...durable })
  const { rest, rootDir } = server
  const session = await openSession(rest)
  const of = { session_id: session.id, info_hash: made.infoHash }
  writeFiles(join(rootDir, 'here'), made)
  await addTorrent(rest, session, { file: made.bytes })
  await whenState(rest, session, made.infoHash, 'seeding')
  const other = makeMetainfo({ name: 'tree', files: [{ path: 'first.bin', content: 50 }] })
  await addTorrent(rest, session, { file: other.bytes, save_path: 'there', autostart: 0 })
  const refused = async (save_path: string): Promise<unknown> => {
    const { job } = await rest.call('move_torrent', { ...of, save_path })
    return (await whenEnded(rest, job)).error?.code
  }
  assert.is(await refused('there'), 'file_in_use')
  writeFiles(join(rootDir, 'taken'), { files: made.files.slice(0, 1) })
  assert.is(await refused('taken'), 'file_exists')
  assert.equal(
    filesBelow(join(rootDir, 'taken')),
    made.files.slice(0, 1).map(({ path }) => path),
  )
  if (canMount) {
    using small = mountSmallDisk(join(rootDir, 'small'), 'size=64k')
    assert.is(await refused('small'), 'insufficient_space')
    assert.equal(readdirSync(join(rootDir, 'small')), [])
    small.remount('size=1m')
    assert.is(await refused('small'), undefined)
    assert.is(await refused('here'), undefined)
  }
  assert.is((await rest.ask('move_torrent', { ...of, save_path: '..' })).error?.code, 'path_outside_root')
  assert.is((await rest.call('get_torrent', of)).save_path, 'here')
  await rest.call('stop_torrent', of)
  const { job } = await rest.call('move_torrent', { ...of, save_path: 'a/new/folder' })
  assert.is((await whenEnded(rest, job)).state, 'done')
  const { state, save_path, progress } = await rest.call('get_torrent', of)
  assert.equal([state, save_path, progress], ['stopped', 'a/new/folder', 1])
  assert.equal(filesBelow(join(rootDir, 'here')), [])
  await rest.call('start_torrent', of)
  await whenState(rest, session, made.infoHash, 'seeding')
})

moved.run()
