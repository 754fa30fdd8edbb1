import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { runFuzz } from './campaign.ts'

const fuzz = suite('test/fuzz')

fuzz('a million mutated inputs break, hang and grow nothing', async () => {
  const { inputs, faults } = await runFuzz(1_000_000, 1)
  assert.equal(faults, [])
  assert.ok(inputs >= 1_000_000)
})

fuzz.run()
