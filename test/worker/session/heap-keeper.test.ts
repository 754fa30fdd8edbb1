import { getHeapStatistics } from 'node:v8'
import * as assert from 'uvu/assert'
import { HeapKeeper } from '../../../src/worker/session/heap-keeper.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('src/worker/session/heap-keeper')
const waitMs = 30_000
const taken = (): number => getHeapStatistics().total_heap_size

/** Takes some 100 MiB that nothing needs any more when it returns. */
function work(): void {
  const kept: object[][] = []
  for (let round = 0; round < 20; round += 1) kept.push(Array.from({ length: 100_000 }, (_, at) => ({ at })))
  assert.is(kept.length, 20)
}

test('what a burst of work took is given back once there is little to do', async () => {
  const keeper = new HeapKeeper()
  work()
  const before = taken()
  await eventually(waitMs, 'the heap is small again', () => {
    keeper.look()
    return taken() < before / 2
  })
})

test.run()
