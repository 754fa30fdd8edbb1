import * as assert from 'uvu/assert'
import { LivenessWatch, pollMs } from '../../../src/main/supervisor/liveness.ts'
import { suite } from '../../support/suite.ts'

const liveness = suite('src/main/supervisor/liveness')

function afterSilence(ms: number): string {
  const watch = new LivenessWatch()
  watch.poll(7)
  for (let silent = 0; silent < ms; silent += pollMs) watch.poll(7)
  return watch.current
}

liveness('2 s of silence is stale and 10 s is dead, and not before', () => {
  assert.equal([1500, 2000, 9500, 10_000].map(afterSilence), ['alive', 'stale', 'stale', 'dead'])
})

liveness('one beat ends the silence', () => {
  const watch = new LivenessWatch()
  for (let poll = 0; poll < 10; poll += 1) watch.poll(7)
  assert.is(watch.poll(8), 'alive')
})

liveness('a counter that wraps around still beats', () => {
  const watch = new LivenessWatch()
  for (const beats of [2147483647, -2147483648, -2147483647, 0, 1, 2]) watch.poll(beats)
  assert.is(watch.current, 'alive')
})

liveness.run()
