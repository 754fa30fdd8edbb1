/** Two tenants of one server never meet in a folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Parameters } from '../support/faces.ts'
import { adminKey, codeOf, makeKey, type MadeKey } from '../support/keys.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const roots = suite('test/e2e/roots')
const made = makeMetainfo({ content: 30_000 })
const ADMIN_KEY = adminKey

const tenant = async (server: TestServer, parameters: Parameters = {}): Promise<MadeKey> =>
  await makeKey(server, { scope: 'control', ...parameters })

roots('a key has a folder of its own unless it is told another', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const [one, two] = [await tenant(server), await tenant(server, { root: 'tenants/two' })]
  const whole = await tenant(server, { root: '.' })
  const admin = await makeKey(server, { scope: 'admin' })
  assert.equal(
    [one, two, whole, admin].map(({ entry }) => entry.root),
    [one.prefix, 'tenants/two', '', ''],
  )
  const session = await openSession(two.face)
  assert.is(session.root, 'tenants/two')
  writeFiles(join(server.rootDir, 'tenants/two/films'), made)
  const row = await addTorrent(two.face, session, { file: made.bytes, save_path: 'films' })
  assert.is(row.save_path, 'films')
  await whenState(two.face, session, made.infoHash, 'seeding')
})

roots('hostile paths of a tenant lead nowhere but into its own folder', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const [one, two] = [await tenant(server, { root: 't/one' }), await tenant(server, { root: 't/one-two' })]
  const theirs = join(server.rootDir, 't/one-two')
  const mine = join(server.rootDir, 't/one')
  for (const folder of [theirs, mine]) mkdirSync(folder, { recursive: true })
  writeFiles(theirs, made)
  for (const [name, target] of [
    ['link', theirs],
    ['relative', '../one-two'],
    ['twice', 'relative'],
    ['up', '..'],
  ] as const) {
    symlinkSync(target, join(mine, name))
  }
  const session = await openSession(one.face)
  const outside = [
    ...[
      '..',
      '../one-two',
      '../one-two/.',
      'a/../../one-two',
      './../one-two',
      '../one/../one-two',
      '.././one-two',
    ],
    ...['link', 'link/x', 'relative', 'twice', 'up', 'up/one-two', 'link/../../one-two'],
    ...[theirs, `${mine}-two`, `${mine}/../one-two`, server.rootDir, '/', server.dataDir],
  ]
  for (const save_path of outside) {
    const answer = await one.face.ask('upload_torrent', {
      session_id: session.id,
      file: made.bytes,
      save_path,
    })
    assert.is(codeOf(answer), 'path_outside_root', save_path)
    assert.not.match(String(answer.message), server.rootDir)
  }
  // names that only look like a way out
  for (const save_path of ['..one-two', '...', '~', '%2e%2e', '..\\one-two', '．．', 'one-two']) {
    const of = { session_id: session.id, info_hash: made.infoHash }
    const row = await addTorrent(one.face, session, { file: made.bytes, save_path, autostart: 0 })
    assert.is(row.save_path, save_path)
    await one.face.call('delete_torrent', { ...of, delete_data: 1 })
  }
  const kept = made.files.map(({ path, content }) => readFileSync(join(theirs, path)).equals(content))
  assert.ok(kept.every((same) => same))
  assert.equal((await two.face.call('get_session_list')).sessions, [])
})

roots('a deletion with data stays in the folder of the tenant', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const [one, two] = [await tenant(server, { root: 'one' }), await tenant(server, { root: 'two' })]
  for (const { face, entry } of [one, two]) {
    writeFiles(join(server.rootDir, entry.root, 'here'), made)
    const session = await openSession(face)
    await addTorrent(face, session, { file: made.bytes })
    await whenState(face, session, made.infoHash, 'seeding')
  }
  const [session] = (await one.face.call('get_session_list')).sessions
  const of = { session_id: session?.id, info_hash: made.infoHash }
  await one.face.call('delete_torrent', { ...of, delete_data: 1 })
  const [name = ''] = readdirSync(join(server.rootDir, 'two/here'))
  await eventually(10_000, 'the deletion', () => !existsSync(join(server.rootDir, 'one/here', name)))
  assert.ok(existsSync(join(server.rootDir, 'two/here', name)))
})

roots('only an administrator of all sessions sets the root of a session', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const { face } = await tenant(server, { root: 'one' })
  for (const root of ['.', 'two', 'one/..', '..', '/etc', 'one/deeper']) {
    assert.ok(
      ['forbidden', 'invalid_parameter'].includes(codeOf(await face.ask('create_session', { root }))),
      root,
    )
  }
  const session = await openSession(server.rest, { root: 'two' })
  const partly = await makeKey(server, { scope: 'admin', sessions: session.id })
  assert.is(codeOf(await partly.face.ask('create_session', { root: '.' })), 'forbidden')
  assert.is((await openSession(partly.face)).root, partly.prefix)
  assert.is(session.root, 'two')
})

roots(
  'roots that lie in each other are refused, as are those that are no folder below the root',
  async () => {
    await using server = await startTestServer({ ADMIN_KEY })
    await tenant(server, { root: 'a/b' })
    for (const root of [
      'a',
      'a/b/c',
      'A',
      'a/B',
      'A/b/c',
      '..',
      'a/../b',
      '/a',
      'a//b',
      'a/./b',
      'a\nb',
      'a\0',
    ]) {
      const answer = await server.rest.ask('create_key', { scope: 'control', root })
      assert.is(codeOf(answer), 'invalid_parameter', JSON.stringify(root))
    }
    for (const root of ['a/b', 'a/bc', 'b']) await tenant(server, { root })
  },
)

roots('a folder of a root that is replaced by a link is refused', async () => {
  await using server = await startTestServer({ ADMIN_KEY })
  const [one] = [await tenant(server, { root: 'one' }), await tenant(server, { root: 'two' })]
  mkdirSync(join(server.rootDir, 'two'))
  writeFileSync(join(server.rootDir, 'two/canary'), 'x')
  symlinkSync('two', join(server.rootDir, 'one'))
  const session = await openSession(one.face)
  const parameters = { session_id: session.id, file: made.bytes, save_path: '.' }
  assert.is(codeOf(await one.face.ask('upload_torrent', parameters)), 'path_outside_root')
  assert.equal(readdirSync(join(server.rootDir, 'two')), ['canary'])
})

roots.run()
