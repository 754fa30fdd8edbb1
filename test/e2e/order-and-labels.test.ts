/** In which order pieces arrive from a real peer, and what callers call their torrents and sessions. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { makeMetainfo, type MadeMetainfo } from '../support/metainfo.ts'
import { startSeed } from '../support/seeds.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const test = suite('test/e2e/order-and-labels')
const pieceLength = 16 * 1024
const each = 40
const options = {
  name: 'three',
  pieceLength,
  files: ['a', 'b', 'c'].map((path) => ({ path, content: each * pieceLength })),
}

/** The indices of the pieces that lie in the folder. */
function arrived(folder: string, made: MadeMetainfo): number[] {
  return made.files.flatMap(({ path, content }, file) => {
    const there = existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : Buffer.alloc(0)
    return [...Array(each).keys()]
      .filter((piece) => {
        const [from, to] = [piece * pieceLength, (piece + 1) * pieceLength]
        return there.subarray(from, to).equals(content.subarray(from, to))
      })
      .map((piece) => file * each + piece)
  })
}

/** What has arrived from a seed of everything when it is between the least and all of it. */
async function firstPieces(server: TestServer, fields: object, least: number): Promise<number[]> {
  await using seed = await startSeed(options)
  const { made } = seed
  const session = await openSession(server.rest)
  const save_path = session.id
  const limits = { download_limit: 60 * pieceLength, save_path, storage_mode: 'allocate' }
  await addTorrent(server.rest, session, { file: made.bytes, ...limits, autostart: 0 })
  const of = { session_id: session.id, info_hash: made.infoHash }
  await server.rest.call('update_torrent', { ...of, ...fields })
  await server.rest.call('start_torrent', of)
  await whenState(server.rest, session, made.infoHash, 'downloading')
  await server.rest.call('add_peer', { ...of, address: `127.0.0.1:${seed.port}` })
  const found = await eventually(20_000, 'some pieces', () => {
    const pieces = arrived(join(server.rootDir, save_path), made)
    return pieces.length >= least && pieces
  })
  await server.rest.call('delete_session', { session_id: session.id })
  return found
}

caseWith(
  test,
  'pieces arrive in their order, and those at the edges of files first',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer({ ALLOW_PRIVATE: 'loopback' })
    const inOrder = await firstPieces(server, { sequential: 1 }, 30)
    const [last = 0] = inOrder.slice(-1)
    assert.ok(inOrder.length < 3 * each, 'it was seen before its end')
    assert.ok(last < inOrder.length + 12, `${inOrder.length} pieces, the last of them ${last}`)

    const edges = await firstPieces(server, { first_last_first: 1, file_priorities: '7,4,1' }, 8)
    assert.ok(edges.length < 3 * each, 'it was seen before its end')
    for (const edge of [0, each - 1, each, 2 * each - 1, 2 * each, 3 * each - 1])
      assert.ok(edges.includes(edge), `piece ${edge} among ${edges.join()}`)
  },
)

test('labels, metadata and names are shown in lists and kept over a restart', async () => {
  const dataDir = temporaryFolder()
  const made = makeMetainfo()
  const given = { labels: ['films', 'neu ✓'], metadata: { tracker: { id: 7 }, note: null } }
  let id: string
  {
    await using server = await startTestServer({ DATA_DIR: dataDir, MEMORY_ONLY: '0' })
    const { rest } = server
    const session = await openSession(rest, { name: 'one', labels: 'a, b,a' })
    id = session.id
    const of = { session_id: id, info_hash: made.infoHash }
    assert.equal(session.labels, ['a', 'b'])
    const row = await addTorrent(rest, session, { file: made.bytes, autostart: 0, labels: 'films,neu ✓' })
    assert.equal([row.labels, row.metadata], [given.labels, {}])
    const changed = await rest.call('update_torrent', {
      ...of,
      metadata: JSON.stringify(given.metadata),
      display_name: 'mine',
    })
    assert.equal([changed.name, changed.labels, changed.metadata], ['mine', given.labels, given.metadata])
    await rest.call('update_session', { session_id: id, labels: ['c'] })
    const refused = async (fields: object): Promise<unknown> =>
      (await rest.ask('update_torrent', { ...of, ...fields })).error?.code
    for (const metadata of [{ long: 'x'.repeat(4096) }, '[1]', '{', 7])
      assert.is(await refused({ metadata }), 'invalid_parameter')
    assert.is(await refused({ labels: ['x'.repeat(65)] }), 'invalid_parameter')
    assert.is(await refused({ labels: Array.from({ length: 33 }, (_, n) => `l${n}`) }), 'invalid_parameter')
  }
  await using server = await startTestServer({ DATA_DIR: dataDir })
  const { torrents } = await server.rest.call('get_torrent_list', { session_id: id })
  const [kept] = torrents
  assert.equal([kept?.name, kept?.labels, kept?.metadata], ['mine', given.labels, given.metadata])
  assert.equal((await server.rest.call('get_session', { session_id: id })).labels, ['c'])
  const of = { session_id: id, info_hash: made.infoHash }
  const back = await server.rest.call('update_torrent', { ...of, display_name: '', labels: '' })
  assert.equal([back.name, back.labels], [made.name, []])
})

test.run()
