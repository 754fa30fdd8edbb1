import * as assert from 'uvu/assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileOperations, observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { OperationLimit } from '../../../src/worker/session/storage/operation-limit.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('worker/session/storage/operation-limit')

test('no more than the limit runs at a time and the rest goes in order', async () => {
  const limit = new OperationLimit(2)
  const order: number[] = []
  let running = 0
  let most = 0
  await limit.forEach([0, 1, 2, 3, 4, 5], async (item) => {
    most = Math.max(most, (running += 1))
    order.push(item)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
  })
  assert.equal(order, [0, 1, 2, 3, 4, 5])
  assert.is(most, 2)
})

test('a failure frees its place and forEach waits for the rest', async () => {
  const limit = new OperationLimit(1)
  let done = 0
  const run = limit.forEach([0, 1, 2], async (item) => {
    await Promise.resolve()
    if (item === 0) throw new Error('first')
    done += 1
  })
  assert.is(await run.catch((error: unknown) => error instanceof Error && error.message), 'first')
  assert.is(done, 2)
})

test('a session has at most 8 file operations in flight', async () => {
  const operations = new FileOperations()
  const path = join(temporaryFolder(), 'f')
  writeFileSync(path, 'x')
  let inFlight = 0
  let most = 0
  const gate = Promise.withResolvers<undefined>()
  const stop = observeFileOperations(async () => {
    most = Math.max(most, (inFlight += 1))
    if (inFlight === 8) setImmediate(() => gate.resolve(undefined))
    await gate.promise
    inFlight -= 1
  })
  await Promise.all(Array.from({ length: 100 }, () => operations.lstat(path)))
  stop()
  assert.is(most, 8)
  assert.is(readFileSync(path, 'utf8'), 'x')
})

test.run()
