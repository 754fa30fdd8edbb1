import * as assert from 'uvu/assert'
import { noCounters } from '../../src/protocol/counters.ts'
import { goalOf, isGoalReached, noGoals, type Goal } from '../../src/protocol/goals.ts'
import { defaultTorrentOptions } from '../../src/protocol/torrent-options.ts'
import { suite } from '../support/suite.ts'

const goals = suite('src/protocol/goals')
const own = (fields: object) => ({ ...defaultTorrentOptions, ...fields })
const ofSession = { ratio_goal: 2, seeding_time_goal_ms: 1000, goal_action: 'remove' } as const

goals("a torrent takes its session's goals, field by field, where it has none of its own", () => {
  assert.is(goalOf(own({}), noGoals), undefined)
  assert.equal(goalOf(own({}), ofSession), { ratio: 2, seedingTimeMs: 1000, action: 'remove' })
  assert.equal(goalOf(own({ ratio_goal: 0.5 }), ofSession), {
    ratio: 0.5,
    seedingTimeMs: 1000,
    action: 'remove',
  })
  assert.is(goalOf(own({ ratio_goal: 0, seeding_time_goal_ms: 0 }), ofSession), undefined)
  const stops = goalOf(own({ goal_action: 'stop', ratio_goal: 0 }), ofSession)
  assert.equal(stops, { ratio: 0, seedingTimeMs: 1000, action: 'stop' })
})

goals('either goal is enough, and one that is not set never is', () => {
  const reached = (goal: Partial<Goal>, uploaded: number, seedingTimeMs: number) =>
    isGoalReached(
      { ratio: 0, seedingTimeMs: 0, action: 'stop', ...goal },
      { ...noCounters, downloaded: 100, uploaded, seedingTimeMs },
      100,
    )
  assert.is(reached({ ratio: 1.5 }, 149, 0), false)
  assert.is(reached({ ratio: 1.5 }, 150, 0), true)
  assert.is(reached({ seedingTimeMs: 10 }, 1e9, 9), false)
  assert.is(reached({ seedingTimeMs: 10, ratio: 1000 }, 0, 10), true)
  assert.is(
    isGoalReached({ ratio: 1, seedingTimeMs: 0, action: 'stop' }, { ...noCounters, uploaded: 50 }, 100),
    false,
  )
  assert.is(
    isGoalReached({ ratio: 1, seedingTimeMs: 0, action: 'stop' }, { ...noCounters, uploaded: 100 }, 100),
    true,
  )
})

goals.run()
