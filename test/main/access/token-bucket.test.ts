import * as assert from 'uvu/assert'
import { TokenBucket } from '../../../src/main/access/token-bucket.ts'
import { suite } from '../../support/suite.ts'

const buckets = suite('src/main/access/token-bucket')

const taken = (bucket: TokenBucket, now: number): number => {
  let count = 0
  while (bucket.take(now)) count += 1
  return count
}

buckets('gives as many at once as a second has, and no more', () => {
  const bucket = new TokenBucket(30, 0)
  assert.is(taken(bucket, 0), 30)
  assert.is(taken(bucket, 100), 3)
  assert.is(taken(bucket, 3_600_000), 30)
})

buckets('a clock that stands still or goes back gives nothing', () => {
  const bucket = new TokenBucket(1, 1000)
  assert.is(taken(bucket, 1000), 1)
  assert.is(taken(bucket, 500), 0)
})

buckets.run()
