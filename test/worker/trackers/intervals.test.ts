import * as assert from 'uvu/assert'
import { retryMs } from '../../../src/worker/session/trackers/intervals.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/trackers/intervals')

test('each failure in a row doubles the wait, to an hour', () => {
  const waits = [1, 2, 3, 7, 8, 9, 5000].map((failures) => retryMs(failures, () => 0) / 1000)
  assert.equal(waits, [30, 60, 120, 1920, 3600, 3600, 3600])
})

test('waits are spread by up to a quarter', () => {
  assert.is(
    retryMs(1, () => 1),
    37_500,
  )
})

test.run()
