import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { whoRuns, type QueueMember } from '../../../src/main/supervisor/queue/who-runs.ts'
import { suite } from '../../support/suite.ts'

const queue = suite('src/main/supervisor/queue/who-runs')

const member = fc.record({ isSeed: fc.boolean(), isForced: fc.boolean(), isFaulty: fc.boolean() })
const limits = fc.record({ max_active_downloads: fc.nat(6), max_active_seeds: fc.nat(6) })
const members = fc.array(member, { maxLength: 30 }).map((list) => {
  return list.map((one, at): QueueMember => ({ infoHash: String(at), ...one }))
})

queue(
  'no more run than may, none of the kind runs before one that waits, and nobody waits for nothing',
  () => {
    fc.assert(
      fc.property(members, limits, (order, allowed) => {
        const running = whoRuns(order, allowed)
        for (const isSeed of [false, true]) {
          const most = (isSeed ? allowed.max_active_seeds : allowed.max_active_downloads) || Infinity
          const counted = order.filter((one) => one.isSeed === isSeed && !one.isForced && !one.isFaulty)
          const runs = counted.map(({ infoHash }) => running.has(infoHash))
          assert.equal(
            runs,
            counted.map((_, at) => at < most),
          )
        }
        const exempt = order.filter(({ isForced, isFaulty }) => isForced || isFaulty)
        assert.ok(exempt.every(({ infoHash }) => running.has(infoHash)))
      }),
    )
  },
)

queue.run()
