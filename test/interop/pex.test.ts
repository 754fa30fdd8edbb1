/** The peer exchange (BEP 11) with libtorrent as the third peer: in each case somebody knows of somebody by it alone. */
import { makeMetainfo } from '../support/metainfo.ts'
import { startLeech, startPartialSeed, startSeed } from '../support/seeds.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState, whenTorrent } from '../support/sessions.ts'
import { suite } from '../support/suite.ts'
import { caseWith } from './require.ts'

const test = suite('interop: peer exchange')
const peers = { ALLOW_PRIVATE_PEERS: 'loopback' }
const options = { content: 4_000_000, pieceLength: 64 * 1024 }

caseWith(
  test,
  'a leech that knows a session alone finds the seed by it and finishes',
  ['libtorrent'],
  async () => {
    await using server = await startTestServer(peers)
    await using seed = await startSeed(options)
    // it stays a leech, and so connected to the seed, and serves next to nothing
    const session = await openSession(server.rest, { download_limit: 50_000, upload_limit: 4000 })
    await addTorrent(server.rest, session, { file: seed.made.bytes })
    await seed.dial(session.port)
    await whenTorrent(server.rest, session, seed.made.infoHash, ({ downloaded }) => downloaded > 0)
    await using leech = await startLeech(seed.made)
    await leech.download(session.port)
    await whenState(server.rest, session, seed.made.infoHash, 'downloading')
  },
)

caseWith(test, 'a session that knows one peer alone finds the other by it', ['libtorrent'], async () => {
  await using server = await startTestServer(peers)
  const made = makeMetainfo(options)
  const half = Buffer.concat([made.content.subarray(0, made.length / 2), Buffer.alloc(made.length / 2)])
  await using one = await startPartialSeed(made, half)
  await using other = await startPartialSeed(made, half)
  await one.dial(other.port)
  const session = await openSession(server.rest)
  await addTorrent(server.rest, session, { magnet: one.magnet })
  await whenTorrent(server.rest, session, made.infoHash, ({ num_peers }) => num_peers === 2)
})

test.run()
