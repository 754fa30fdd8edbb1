/** Who is served, with peers that only remember what they were told and a clock of the test's own. */
import * as assert from 'uvu/assert'
import { Choker } from '../../../src/worker/session/engine/choking/choker.ts'
import type { ServedPeer } from '../../../src/worker/session/engine/choking/peer-terms.ts'
import { suite } from '../../support/suite.ts'

const choking = suite('src/worker/session/engine/choking')
const period = 10_000

class ScriptedPeer implements ServedPeer {
  amChoking = true
  amInterested = false
  peerInterested = true
  needsNothing = false
  turns = 0
  choke(): void {
    this.amChoking = true
  }
  unchoke(): void {
    this.amChoking = false
    this.turns += 1
  }
}

function start(peerCount: number, slots: number, isSeeding: boolean) {
  let now = 0
  let seeding = isSeeding
  const choker = new Choker<ScriptedPeer>({
    slots,
    isSeeding: () => seeding,
    needsNothing: (peer) => peer.needsNothing,
    now: () => now,
  })
  const peers = Array.from({ length: peerCount }, () => new ScriptedPeer())
  for (const peer of peers) choker.join(peer)
  return {
    choker,
    peers,
    served: () => peers.flatMap((peer, at) => (peer.amChoking ? [] : [at])),
    /** Lets periods pass; in each, peers send us and get what they are said to. */
    pass: (periods: number, bytes: (at: number) => [received: number, sent: number] = () => [0, 0]) => {
      for (let count = 0; count < periods; count += 1) {
        now += period
        peers.forEach((peer, at) => choker.count(peer, ...bytes(at)))
        choker.rechoke()
      }
    },
    finish: () => (seeding = true),
    [Symbol.dispose]: () => choker.stop(),
  }
}

choking('a free slot is given at once, and given on when it becomes free', () => {
  using swarm = start(3, 2, false)
  const { choker, peers, served } = swarm
  assert.equal(served(), [0, 1])
  const [first, second] = peers
  if (!first || !second) throw new Error('no peers')
  first.peerInterested = false
  choker.changed(first)
  assert.equal(served(), [1, 2])
  choker.leave(second)
  first.peerInterested = true
  choker.changed(first)
  assert.equal(served(), [0, 1, 2]) // the one that left is told nothing any more
})

choking('who sends us most is served while we download', () => {
  using swarm = start(10, 4, false)
  const { pass, served } = swarm
  pass(2, (at) => [at * 1000, 0])
  const best = served().filter((at) => at >= 7)
  assert.equal(best, [7, 8, 9])
  assert.is(served().length, 4)
})

choking('one slot goes round: everybody who waits is tried, for thirty seconds each', () => {
  using swarm = start(8, 3, false)
  const { pass, peers } = swarm
  const sending = (at: number): [number, number] => [at < 2 ? 1_000_000 : 0, 0]
  for (let count = 0; count < 6; count += 1) {
    pass(3, sending)
    assert.equal([peers[0]?.amChoking, peers[1]?.amChoking], [false, false])
  }
  assert.ok(peers.every(({ turns }) => turns > 0))
})

choking('who sends nothing for a minute loses the slot, and gets it back by sending', () => {
  using swarm = start(3, 3, false)
  const { pass, peers, served } = swarm
  for (const peer of peers) peer.amInterested = true
  pass(5, (at) => [at === 0 ? 0 : 1000, 0])
  assert.equal(served(), [0, 1, 2])
  pass(2, (at) => [at === 0 ? 0 : 1000, 0])
  assert.equal(
    served().filter((at) => at !== 0),
    [1, 2],
  )
  pass(1, () => [1000, 0])
  assert.equal(served(), [0, 1, 2])
})

choking('a seed serves everybody in turns', () => {
  using swarm = start(9, 3, true)
  const { pass, peers, served } = swarm
  for (let count = 0; count < 9; count += 1) {
    assert.is(served().length, 3)
    pass(3, () => [0, 1000])
  }
  assert.ok(
    peers.every(({ turns }) => turns === 3 || turns === 4),
    peers.map(({ turns }) => turns).join(),
  )
})

choking('a seed leaves a peer its slot where nobody else waits', () => {
  using swarm = start(3, 3, true)
  const { pass, peers } = swarm
  pass(20, () => [0, 1_000_000])
  assert.ok(peers.every(({ turns, amChoking }) => turns === 1 && !amChoking))
})

choking('a peer that needs nothing takes no slot', () => {
  using swarm = start(3, 2, true)
  const { choker, peers, served } = swarm
  const [first] = peers
  if (!first) throw new Error('no peers')
  first.needsNothing = true
  choker.changed(first)
  assert.equal(served(), [1, 2])
})

choking('more slots are given at once, fewer are taken at once', () => {
  using swarm = start(6, 2, false)
  const { choker, served } = swarm
  choker.setSlots(5)
  assert.is(served().length, 5)
  choker.setSlots(1)
  assert.is(served().length, 1)
})

choking.run()
