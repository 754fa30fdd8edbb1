/** A short campaign of kills; `npm run torture` runs a long one. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { suite } from '../support/suite.ts'
import { runCampaign } from './campaign.ts'

const torture = suite('test/torture/kill')
const kills = 4
const seed = Number(process.env['TORTURE_SEED'] ?? Date.now() % 2 ** 31)

caseWith(
  torture,
  'a killed server keeps what it acknowledged and claims nothing false',
  ['libtorrent'],
  async () => {
    console.log(`seed ${seed}`)
    const { wrong, kills: done } = await runCampaign({
      kills,
      seed,
      torrents: 2,
      length: 8 * 1024 * 1024,
      longestMs: 3000,
      moves: false, // those are in test/e2e/killed-moves
    })
    assert.equal(wrong, [])
    assert.is(done, kills)
  },
)

torture.run()
