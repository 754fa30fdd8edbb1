/** Between real engines: who asks is served at once, whatever it has already. */
import * as assert from 'uvu/assert'
import { makeMetainfo } from '../../support/metainfo.ts'
import { suite, within } from '../../support/suite.ts'
import { startPeer, startSeed } from '../picker/fixture.ts'

const serving = suite('src/worker/session/engine/choking: serving')
/** Half of the period in which slots are given anew. */
const atOnceMs = 5000

for (const [what, has] of [
  ['nothing', () => false],
  ['the first piece', (piece: number) => piece === 0],
] as const) {
  serving(`a peer that has ${what} is unchoked without waiting for its turn`, async () => {
    const made = makeMetainfo({ content: 300_000, pieceLength: 64 * 1024 })
    await using stack = new AsyncDisposableStack()
    const seed = stack.adopt(await startSeed(made, { torrent: { upload_slots: 1 } }), (peer) => peer.close())
    const leech = stack.adopt(await startPeer(made, { has }), (peer) => peer.close())
    leech.dial(seed)
    await within(atOnceMs, 'the download', leech.done)
    assert.is(Buffer.compare(await leech.content(), made.content), 0)
  })
}

serving.run()
