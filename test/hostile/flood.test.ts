import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { runFlood } from './flood-campaign.ts'

const flood = suite('test/hostile/flood')

flood(
  '20,000 messages by chance leave the session in its generation, and its download finishes',
  async () => {
    const { messages, faults } = await runFlood(20_000, 1)
    assert.equal(faults, [])
    assert.ok(messages >= 20_000)
  },
)

flood.run()
