import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { WriteGate } from '../../../src/worker/session/storage/write-gate.ts'
import { writeInSteps } from '../../../src/worker/session/storage/write-in-steps.ts'
import { WriteOrder } from '../../../src/worker/session/storage/write-order.ts'
import { contentBytes } from '../../support/content.ts'
import { suite, temporaryFolder, within } from '../../support/suite.ts'

const mib = 1024 * 1024
const test = suite('worker/session/storage/write-in-steps')

for (const length of [1, 32 * 1024, 100_000, mib])
  test(`${length} bytes lie where they were written, and nothing beside them`, async () => {
    const file = join(temporaryFolder(), 'file')
    const bytes = contentBytes('piece', length)
    writeFileSync(file, Buffer.alloc(length + 20, 7))
    const fd = openSync(file, 'r+')
    try {
      assert.is(await written(fd, bytes, 10), length)
    } finally {
      closeSync(fd)
    }
    const edge = Buffer.alloc(10, 7)
    assert.ok(readFileSync(file).equals(Buffer.concat([edge, bytes, edge])))
  })

test('the first error is told once nothing is under way', async () => {
  const fd = openSync('/dev/full', 'r+')
  try {
    const failed = await written(fd, contentBytes('piece', 500_000), 0).catch((error: unknown) => error)
    assert.is((failed as NodeJS.ErrnoException).code, 'ENOSPC')
  } finally {
    closeSync(fd)
  }
})

test('large writes go one after another, small ones together', async () => {
  const gate = new WriteGate(mib)
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const run = (name: string, bytes: number): Promise<void> =>
    gate.run(bytes, async () => {
      started.push(name)
      await new Promise<void>((end) => ends.set(name, end))
    })
  const large = run('large', mib)
  const small = [run('small', 1000), run('second small', 1000)]
  const last = run('second large', mib)
  assert.equal(started, ['large'])
  ends.get('large')?.()
  await within(1000, 'the large one', large)
  assert.equal(started, ['large', 'small', 'second small'])
  ends.get('small')?.()
  ends.get('second small')?.()
  await within(1000, 'the small ones', Promise.all(small))
  ends.get('second large')?.()
  await within(1000, 'the last one', last)
})

test('a write that fails lets the next one go', async () => {
  const gate = new WriteGate(mib)
  const failing = gate.run(mib, () => Promise.reject(new Error('no space')))
  const next = gate.run(mib, () => Promise.resolve())
  assert.ok((await failing.catch((error: unknown) => error)) instanceof Error)
  await within(1000, 'the next one', next)
})

test('a file does not wait for the writes of another, and the torrent for no more than a few', async () => {
  const order = new WriteOrder()
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const write = (name: string, file: number): Promise<void> =>
    order.run(mib, () =>
      order.part(file, mib, async () => {
        started.push(name)
        await new Promise<void>((end) => ends.set(name, end))
      }),
    )
  const end = async (name: string, write: Promise<void> | undefined): Promise<void> => {
    ends.get(name)?.()
    await within(1000, name, write ?? Promise.reject(new Error(name)))
  }
  const writes = [write('a', 0), write('b', 0), write('c', 1), write('d', 2), write('e', 3)]
  assert.equal(started, ['a', 'c', 'd'])
  await end('a', writes[0])
  assert.equal(started.toSorted(), ['a', 'b', 'c', 'd', 'e'])
  for (const [at, name] of ['b', 'c', 'd', 'e'].entries()) await end(name, writes[at + 1])
})

function written(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    writeInSteps(fd, bytes, position, (error, count) => (error ? reject(error) : resolve(count))),
  )
}

test.run()
