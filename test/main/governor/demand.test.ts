import * as assert from 'uvu/assert'
import { Demand } from '../../../src/main/supervisor/governor/demand.ts'
import { suite } from '../../support/suite.ts'

const demand = suite('src/main/supervisor/governor/demand')

demand('a session at rest wants nothing, and what it moves later counts from its last look', () => {
  const made = new Demand()
  assert.is(made.read(1000, 0, 1000), 0)
  for (const at of [1250, 1500, 1750, 2000, 2250]) assert.is(made.read(1000, 0, at), 0)
  assert.is(made.read(1500, 0, 2500), 2000 * 1.25)
  for (const at of [2750, 3000, 3250]) assert.is(made.read(1500, 0, at), 2000 * 1.25, 'the largest of four')
  assert.is(made.read(1500, 0, 3500), 0)
})

demand('one that had to wait wants all it can get for a second, also where it moves nothing', () => {
  const made = new Demand()
  made.read(0, 0, 1000)
  assert.is(made.read(0, 1, 1250), Infinity)
  assert.is(made.read(0, 1, 2000), Infinity)
  assert.is(made.read(0, 1, 2250), 0)
})

demand.run()
