/** How old a read says it is, with a worker that is silent beside one that reports. */
import * as assert from 'uvu/assert'
import { freshnessOf, freshnessOfAll } from '../../../src/main/handlers/freshness.ts'
import { faultySession, order } from '../../support/faults.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'

const freshness = suite('src/main/handlers/freshness')

freshness('a list of sessions is as old as the oldest report in it, and stale with one that is', async () => {
  await using sessions = supervise({ entry: faultySession(), pollMs: 300 })
  const { supervisor, board } = sessions
  const all = () => freshnessOfAll(supervisor.sessions(), board)
  const of = (id: string) => {
    const shown = board.session(id)
    assert.ok(shown)
    return freshnessOf(supervisor.session(id), shown)
  }
  assert.equal(all(), { ageMs: 0, stale: false }, 'of none')
  const [silent, fresh] = [await sessions.create(), await sessions.create()]
  await eventually(5000, 'fresh', () => !all().stale)
  order({ sessionId: silent.id, fault: 'silent', ms: 3000 })
  await eventually(5000, 'stale', () => all().stale)
  const [oldest, one, other] = [all().ageMs, of(silent.id), of(fresh.id)]
  assert.ok(oldest > other.ageMs && one.ageMs - oldest < 100, String([oldest, one.ageMs, other.ageMs]))
  assert.equal([one.stale, other.stale], [true, false])
  await eventually(5000, 'fresh again', () => !all().stale)
})

freshness.run()
