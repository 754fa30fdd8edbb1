/** A peer that breaks the rules of a message ends its own connection and nothing else. */
import * as assert from 'uvu/assert'
import { eventually, suite } from '../support/suite.ts'
import { startDownload, type LiveDownload } from './live-download.ts'
import { extensionCases, messageCases, type HostileCase } from './message-cases.ts'
import { extended, frame, RawPeer } from './raw-peer.ts'

const messages = suite('test/hostile/messages')
const cases: readonly HostileCase[] = [...messageCases, ...extensionCases]
// so many that the spare bits of a bitfield are there to be set
const pieceCount = cases.length * 2 + 9 - ((cases.length * 2) % 8)
let live: LiveDownload | undefined

messages.before(async () => {
  live = await startDownload(pieceCount)
})

for (const { title, ends, attack } of cases) {
  messages(`${title} ${ends ? 'ends the connection' : 'harms nobody'}`, async () => {
    assert.ok(live)
    const peer = await RawPeer.join(live.port, live.made.infoHash)
    await attack(peer, live.made)
    await live.goesOn()
    if (ends) await peer.closed()
    else await answersStill(peer)
    peer.destroy()
  })
}

messages('the download finishes in the generation that it began in', async () => {
  assert.ok(live)
  await using download = live
  await download.finishes()
})

/** The peer is still heard: a request for metadata is answered. */
async function answersStill(peer: RawPeer): Promise<void> {
  peer.send(extended(0, { m: { ut_metadata: 77 } }))
  peer.send(extended(await peer.extensionNumber('ut_metadata'), { msg_type: 0, piece: 0 }), frame(3))
  await eventually(10_000, 'an answer', () => {
    assert.not.ok(peer.isClosed, 'the connection was closed')
    return peer.messages.some((body) => body[0] === 20 && body[1] === 77)
  })
}

messages.run()
