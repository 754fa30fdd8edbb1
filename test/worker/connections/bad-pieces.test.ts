import * as assert from 'uvu/assert'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { startPeer, startSeed } from '../picker/fixture.ts'

const test = suite('worker/session/engine/connections: bad pieces')
const made = makeMetainfo({ content: 2_000_000, pieceLength: 64 * 1024 })
const deadlineMs = 20_000

test('a peer of bad pieces is banned, closed and not met again, and another one serves', async () => {
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  const bad = things.adopt(await startSeed(made, { spoil: (bytes) => bytes.fill(0) }), (peer) => peer.close())
  leech.dial(bad)
  await eventually(deadlineMs, 'the ban', () => leech.engine.bans.length === 1)
  assert.is(leech.engine.bans[0]?.address, `127.0.0.1:${bad.port}`)
  await eventually(deadlineMs, 'the end of the connection', () => leech.torrent.numPeers === 0)
  const received = leech.received
  bad.dial(leech) // by its own dialling it does not come in either
  const good = things.adopt(await startSeed(made), (peer) => peer.close())
  leech.dial(bad)
  leech.dial(good)
  await within(deadlineMs, 'the download', leech.done)
  assert.ok(leech.received - received <= made.length, 'bytes came from elsewhere')
  assert.is(leech.torrent.numPeers, 1)
})

test.run()
