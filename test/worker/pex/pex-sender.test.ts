import * as assert from 'uvu/assert'
import type { PexMessage, PexPeer } from '../../../src/worker/session/engine/pex/pex-message.ts'
import { PexSender } from '../../../src/worker/session/engine/pex/pex-sender.ts'
import { suite } from '../../support/suite.ts'
import { ManualClock } from '../trackers/manual-clock.ts'

const test = suite('worker/session/engine/pex/pex-sender')
const minute = 60_000

function fixture() {
  const clock = new ManualClock()
  const peers = new Map<string, PexPeer>()
  const sent: PexMessage[] = []
  const near = { current: () => peers.values(), send: (message: PexMessage) => void sent.push(message) }
  const sender = new PexSender(near, clock)
  const join = (count: number, from = 0) => {
    for (let i = from; i < from + count; i += 1) peers.set(`10.0.0.1:${i + 1}`, peer(`10.0.0.1:${i + 1}`))
    sender.changed()
  }
  return { clock, peers, sent, sender, join }
}

const peer = (address: string): PexPeer => ({ address, flags: 0 })

test('the first message comes within seconds, the next after a minute', () => {
  const { clock, sent, join } = fixture()
  join(1)
  clock.advance(5000)
  assert.equal(sent, [{ added: [peer('10.0.0.1:1')], dropped: [] }])
  join(1, 1)
  clock.advance(minute - 5000)
  assert.is(sent.length, 1)
  clock.advance(5000)
  assert.equal(sent[1], { added: [peer('10.0.0.1:2')], dropped: [] })
})

test('who went is named once, and again as added on coming back', () => {
  const { clock, peers, sent, sender, join } = fixture()
  join(1)
  clock.advance(5000)
  peers.clear()
  sender.changed()
  clock.advance(2 * minute)
  assert.equal(sent[1], { added: [], dropped: ['10.0.0.1:1'] })
  join(1)
  clock.advance(2 * minute)
  assert.equal(sent[2], { added: [peer('10.0.0.1:1')], dropped: [] })
})

test('50 peers are named in a message, the others in the next ones', () => {
  const { clock, peers, sent, sender, join } = fixture()
  join(120)
  clock.advance(5000)
  clock.advance(2 * minute)
  clock.advance(minute)
  assert.equal(
    sent.map(({ added }) => added.length),
    [50, 50, 20],
  )
  peers.clear()
  sender.changed()
  clock.advance(minute)
  assert.is(sent[3]?.dropped.length, 50)
})

test('nothing is sent where there is nothing to tell, or after the end', () => {
  const { clock, sent, sender, join } = fixture()
  sender.changed()
  clock.advance(minute)
  join(1)
  sender.stop()
  clock.advance(minute)
  assert.is(sent.length, 0)
})

test.run()
