import * as assert from 'uvu/assert'
import { announceKey } from '../../../src/worker/session/trackers/announce-key.ts'
import { suite } from '../../support/suite.ts'

const test = suite('src/worker/session/trackers/announce-key')

test('a key rests on the secret and on the torrent, and on nothing else', () => {
  const [one, other] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)]
  assert.is(announceKey('a', one), announceKey('a', one))
  assert.is.not(announceKey('a', one), announceKey('b', one))
  assert.is.not(announceKey('a', one), announceKey('a', other))
})

test.run()
