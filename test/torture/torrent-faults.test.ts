/** Some file operations of a torrent's life fail; `npm run torture -- --faults` fails each of them. */
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { suite } from '../support/suite.ts'
import { Random } from './random.ts'
import { failEach } from './torrent-faults.ts'

const faults = suite('test/torture/torrent-faults')
const seed = Number(process.env['TORTURE_SEED'] ?? Date.now() % 2 ** 31)
const ofEach = 2

caseWith(
  faults,
  'a file operation that fails is told by its code, and the torrent ends with the right bytes',
  ['libtorrent'],
  async () => {
    console.log(`seed ${seed}`)
    const { wrong, lives, told } = await failEach(new Random(seed), ofEach)
    assert.equal(wrong, [])
    assert.is(lives, 6 * ofEach)
    assert.ok(told > 0)
  },
)

faults.run()
