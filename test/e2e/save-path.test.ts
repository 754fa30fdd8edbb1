/** save_path: required, relative to the root or absolute inside it, and confined in every case. */
import { mkdirSync, readdirSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Face } from '../support/faces.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { shareServer, startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const paths = suite('test/e2e/save-path')
const shared = shareServer(paths)
const made = makeMetainfo({ content: 30_000 })

/** What becomes of uploads with these paths, one after the other: the folder that is shown, or the failure's code. */
async function addTo(face: Face, ...save_paths: unknown[]): Promise<unknown[]> {
  const of = { session_id: (await openSession(face)).id }
  const outcomes: unknown[] = []
  for (const save_path of save_paths) {
    const body = await face.ask('upload_torrent', { ...of, file: made.bytes, autostart: 0, save_path })
    if (body.status === 'success') await face.call('delete_torrent', { ...of, info_hash: made.infoHash })
    outcomes.push(body.error?.code ?? body['save_path'])
  }
  return outcomes
}

paths('save_path is required', async () => {
  const server = shared()
  const { id } = await openSession(server.rest)
  const body = await server.rest.ask('upload_torrent', { session_id: id, file: made.bytes })
  assert.is(body.error?.code, 'missing_parameter')
  assert.match(String(body.message), 'save_path')
})

paths('a relative path lies below the root, and files are found there', async () => {
  const server = shared()
  writeFiles(join(server.rootDir, 'films/new'), made)
  const session = await openSession(server.rest)
  const row = await addTorrent(server.rest, session, { file: made.bytes, save_path: 'films/new' })
  assert.is(row.save_path, 'films/new')
  await whenState(server.rest, session, made.infoHash, 'seeding')
})

paths('an absolute path inside the root is shown relative to it', async () => {
  const server = shared()
  const inside = [join(server.rootDir, 'films'), server.rootDir, '.']
  assert.equal(await addTo(server.rest, ...inside), ['films', '.', '.'])
})

paths('a path that leaves the root is path_outside_root', async () => {
  const server = shared()
  const { rootDir } = server
  const outside = ['..', '../x', 'a/../../x', '/', '/etc', '/tmp', `${rootDir}-more`, `${rootDir}/../x`]
  const outcomes = await addTo(server.rest, ...outside)
  assert.equal(new Set(outcomes), new Set(['path_outside_root']))
  assert.equal(readdirSync(rootDir), [])
})

paths('a symbolic link that leads out of the root is path_outside_root', async () => {
  const server = shared()
  const elsewhere = temporaryFolder()
  symlinkSync(elsewhere, join(server.rootDir, 'link'))
  symlinkSync(join(elsewhere, 'nothing'), join(server.rootDir, 'dangling'))
  const outcomes = await addTo(server.rest, 'link', 'link/below', 'dangling', 'dangling/below')
  assert.equal(new Set(outcomes), new Set(['path_outside_root']))
  assert.equal(readdirSync(elsewhere), [])
})

paths('a symbolic link inside the root is followed', async () => {
  const server = shared()
  mkdirSync(join(server.rootDir, 'real'))
  symlinkSync('real', join(server.rootDir, 'link'))
  assert.equal(await addTo(server.rest, 'link'), ['link'])
})

paths(
  'a path with a NUL, an empty one, a too long part and a file in its place are invalid_path',
  async () => {
    const server = shared()
    writeFileSync(join(server.rootDir, 'a file'), '')
    const outcomes = await addTo(server.rest, 'a\0b', '', 'x'.repeat(256), 'a file', 'a file/below')
    assert.equal(new Set(outcomes), new Set(['invalid_path']))
  },
)

paths('a path of another type is invalid_parameter', async () => {
  const server = shared()
  const outcomes = await addTo(await server.socket(), 7, ['a'], { a: 1 }, true)
  assert.equal(new Set(outcomes), new Set(['invalid_parameter']))
})

paths('with RESTTORRENT_ROOT_DIR the data directory inside it is path_reserved', async () => {
  const root = temporaryFolder()
  await using server = await startTestServer({ ROOT_DIR: root, DATA_DIR: join(root, 'kept') })
  const outcomes = await addTo(server.rest, 'kept', 'kept/below', 'open')
  assert.equal(outcomes, ['path_reserved', 'path_reserved', 'open'])
})

paths('names inside a torrent cannot leave save_path', async () => {
  const server = shared()
  const session = await openSession(server.rest)
  const evil = makeMetainfo({ name: 'evil', files: [{ path: '../../evil.bin', content: 10 }] })
  const of = { session_id: session.id, file: evil.bytes, save_path: 'here' }
  const body = await server.rest.ask('upload_torrent', of)
  if (body.status === 'success') await whenState(server.rest, session, evil.infoHash, 'downloading')
  assert.equal(
    readdirSync(server.dataDir).filter((name) => name.includes('evil')),
    [],
  )
})

paths('the free space of a path is that of its file system, and what quotas leave is told', async () => {
  const server = shared()
  const session = await openSession(server.rest, { quota_disk_bytes: 100_000 })
  const of = { session_id: session.id }
  await addTorrent(server.rest, session, { file: made.bytes, autostart: 0 })
  const { bavail, bsize, blocks } = statfsSync(server.rootDir)
  const answer = await server.rest.call('get_free_space', { ...of, path: 'not/there/yet' })
  assert.is(answer.path, 'not/there/yet')
  assert.is(answer.total, blocks * bsize)
  assert.ok(Math.abs(answer.free - bavail * bsize) < answer.total / 10, 'others write meanwhile')
  assert.is(answer.quota_left, 70_000)
  const free = await openSession(server.rest)
  const unbounded = await server.rest.call('get_free_space', { session_id: free.id })
  assert.equal([unbounded.path, unbounded.quota_left], ['.', null])
  symlinkSync('/', join(server.rootDir, 'out'))
  for (const path of ['..', '/', 'out', 'out/tmp'])
    assert.is((await server.rest.ask('get_free_space', { ...of, path })).error?.code, 'path_outside_root')
})

paths.run()
