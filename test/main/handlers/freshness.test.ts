/** How old a read says it is, with a worker that is silent beside one that reports. */
import * as assert from 'uvu/assert'
import { freshnessOf, freshnessOfAll } from '../../../src/main/handlers/freshness.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { faultySession, order } from '../../support/faults.ts'
import { startThreadHost } from '../../../src/main/threads/thread-host.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'

const freshness = suite('src/main/handlers/freshness')

freshness('a list of sessions is as old as the oldest report in it, and stale with one that is', async () => {
  await using sessions = supervise({ entry: faultySession(), pollMs: 150 })
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
  // on a machine that is short of time the other may be late as well
  const seen = await eventually(5000, 'one is stale', () => {
    const [oldest, one, other] = [all(), of(silent.id), of(fresh.id)]
    return one.stale && !other.stale && { oldest, one, other }
  })
  const { oldest, one, other } = seen
  assert.ok(oldest.stale)
  assert.ok(oldest.ageMs > other.ageMs && one.ageMs - oldest.ageMs < 100, JSON.stringify(seen))
  await eventually(5000, 'fresh again', () => !all().stale)
})

freshness('a session that failed makes no list stale: it has no report to wait for', async () => {
  const broken = new URL('data:text/javascript,throw new Error("broken at its start")')
  let entry = threadEntries.session
  await using sessions = supervise({ start: (host) => startThreadHost(entry, host) })
  const { supervisor, board } = sessions
  const { id } = await sessions.create()
  entry = broken
  await sessions.command('restart_session', { session_id: id })
  await sessions.whenSession(id, 'failed', ({ state }) => state === 'failed')
  const shown = board.session(id)
  assert.ok(shown)
  assert.ok(freshnessOf(supervisor.session(id), shown).stale, 'what it shows itself is old')
  assert.equal(freshnessOfAll(supervisor.sessions(), board), { ageMs: 0, stale: false })
})

freshness.run()
