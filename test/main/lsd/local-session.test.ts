import * as assert from 'uvu/assert'
import { localSessions } from '../../../src/main/lsd/local-session.ts'
import { suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'
import { makeMetainfo, type MadeMetainfo } from '../../support/metainfo.ts'

const test = suite('main/lsd/local-session')

function uploadOf(made: MadeMetainfo, sessionId: string): object {
  return { session_id: sessionId, save_path: 'here', file: made.bytes }
}

test('only sessions whose lsd is on are local', async () => {
  await using supervised = supervise()
  const { supervisor, board } = supervised
  await supervised.create()
  const { id, port } = await supervised.create({ lsd: 1 })
  assert.equal(
    localSessions(supervisor, board).map((session) => [session.id, session.port]),
    [[id, port]],
  )
  await supervised.command('delete_session', { session_id: id })
  assert.equal(localSessions(supervisor, board), [])
})

test('torrents are wanted that run and are not private, magnets until they turn out so', async () => {
  await using supervised = supervise()
  const { supervisor, board } = supervised
  const { id } = await supervised.create({ lsd: 1 })
  const [open, closed] = [makeMetainfo({ name: 'open' }), makeMetainfo({ name: 'closed', private: true })]
  const magnet = makeMetainfo({ name: 'magnet', private: true })
  for (const made of [open, closed]) await supervised.command('upload_torrent', uploadOf(made, id))
  const link = { magnet: `magnet:?xt=urn:btih:${magnet.infoHash}` }
  await supervised.command('upload_torrent', { session_id: id, save_path: 'here', ...link })
  for (const { infoHash } of [open, closed]) {
    await supervised.whenTorrent(id, infoHash, 'downloading', ({ state }) => state === 'downloading')
  }
  await supervised.whenTorrent(
    id,
    magnet.infoHash,
    'asked for',
    ({ state }) => state === 'downloading_metadata',
  )

  const [session] = localSessions(supervisor, board)
  if (session === undefined) throw new Error('no local session')
  const wanted = (): boolean[] => [open, closed, magnet].map(({ infoHash }) => session.wants(infoHash))
  assert.equal(wanted(), [true, false, true])
  assert.not.ok(session.wants('f'.repeat(40)))
  assert.equal([...session.infoHashes()].length, 3)

  const facts = { name: 'magnet', totalSize: 1, private: true, pieceLength: 16_384, pieceCount: 1 }
  supervisor.session(id).records.change(magnet.infoHash, { facts })
  supervisor.session(id).records.change(open.infoHash, { started: false })
  assert.equal(wanted(), [false, false, false])
})

test.run()
