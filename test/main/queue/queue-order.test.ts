import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { inQueueOrder, moved, rankOf, ranksFor } from '../../../src/main/records/queue-order.ts'
import type { QueuePlace } from '../../../src/protocol/queue.ts'
import { suite } from '../../support/suite.ts'

const order = suite('src/main/records/queue-order')
const five = ['a', 'b', 'c', 'd', 'e']
const move = (to: QueuePlace, ...picked: string[]) => moved(five, new Set(picked), to).join('')

order('a step moves what is picked past its neighbours, and as one to an end', () => {
  assert.is(move('up', 'c'), 'acbde')
  assert.is(move('up', 'a', 'c', 'd'), 'acdbe')
  assert.is(move('down', 'a', 'b', 'e'), 'cabde')
  assert.is(move('top', 'd', 'b'), 'bdace')
  assert.is(move('bottom', 'a', 'c'), 'bdeac')
  assert.is(move(1, 'e'), 'aebcd')
  assert.is(move(3, 'a'), 'bcdae')
  assert.is(move(99, 'b'), 'acdeb')
})

const places = fc.oneof(
  fc.constantFrom('up', 'down', 'top', 'bottom'),
  fc.nat(8),
) satisfies fc.Arbitrary<QueuePlace>
const moves = fc.array(fc.tuple(fc.subarray(five), places), { maxLength: 120 })

order('the ranks lead to the order of every move, and what is added later is behind', () => {
  fc.assert(
    fc.property(moves, (list) => {
      let torrents = five.map((infoHash, at) => ({
        infoHash,
        addedAt: 1_700_000_000_000 + at,
        queueRank: undefined as number | undefined,
      }))
      for (const [picked, to] of list) {
        const now = inQueueOrder(torrents).map(({ infoHash }) => infoHash)
        const wanted = moved(now, new Set(picked), to)
        const rankOfOne = (name: string): number =>
          rankOf(torrents.find(({ infoHash }) => infoHash === name) ?? { addedAt: Number.NaN })
        const ranks = ranksFor(wanted, new Set(picked), rankOfOne)
        torrents = torrents.map((one) => ({ ...one, queueRank: ranks.get(one.infoHash) ?? one.queueRank }))
        assert.equal(
          inQueueOrder(torrents).map(({ infoHash }) => infoHash),
          wanted,
        )
      }
      const later = { infoHash: '0', addedAt: 1_700_000_001_000, queueRank: undefined }
      assert.is(inQueueOrder([later, ...torrents]).at(-1), later)
    }),
    { numRuns: 60 },
  )
})

order.run()
