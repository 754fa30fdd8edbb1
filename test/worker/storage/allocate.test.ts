import * as assert from 'uvu/assert'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { allocate } from '../../../src/worker/session/storage/allocate.ts'
import { FileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { freeSpace } from '../../../src/worker/session/storage/free-space.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { filesOf, rejection, sameBytes } from './fixture.ts'

const test = suite('worker/session/storage/allocate')
const mib = 1024 * 1024
const operations = new FileOperations()
const path = process.env['PATH']

test.after.each(() => {
  process.env['PATH'] = path
})

function reserve(root: string, files: ReturnType<typeof filesOf>, options: object = {}): Promise<void> {
  const signal = new AbortController().signal
  return allocate(operations, { root, files, createRoot: true, signal, ...options })
}

/** Where no program is found, fallocate neither. */
function hideTool(): void {
  process.env['PATH'] = '/nonexistent'
}

const files = filesOf(
  ['t/a', 5 * mib],
  ['t/pad', 100, 'padding'],
  ['t/b/c', 3000],
  ['t/empty', 0],
  ['l', 0, 'symlink'],
)

for (const hidden of [false, true]) {
  const how = hidden ? 'by zeros' : 'by fallocate'
  test(`the files have their full length and blocks, ${how}`, async () => {
    if (hidden) hideTool()
    const root = join(temporaryFolder(), 'new')
    const seen: number[] = []
    await reserve(root, files, { progress: (reserved: number, total: number) => seen.push(reserved / total) })
    for (const { path, length } of [files[0], files[2], files[3]].filter((file) => file !== undefined)) {
      const stat = statSync(join(root, path))
      assert.is(stat.size, length)
      assert.ok(stat.blocks * 512 >= length, `${stat.blocks} blocks`)
    }
    assert.not.ok(existsSync(join(root, 't/pad')))
    assert.not.ok(existsSync(join(root, 'l')))
    assert.is(seen.at(-1), 1)
    assert.equal(
      seen,
      [...seen].sort((one, other) => one - other),
    )
  })

  test(`a partial file keeps its bytes and a longer one its length, ${how}`, async () => {
    if (hidden) hideTool()
    const root = temporaryFolder()
    const [partial, longer] = [randomBytes(1_500_001), randomBytes(6 * mib)]
    writeFileSync(join(root, 'partial'), partial)
    writeFileSync(join(root, 'longer'), longer)
    await reserve(root, filesOf(['partial', 4 * mib], ['longer', 5 * mib]))
    const bytes = readFileSync(join(root, 'partial'))
    assert.is(bytes.length, 4 * mib)
    sameBytes(bytes.subarray(0, partial.length), partial)
    assert.ok(bytes.subarray(partial.length).every((byte) => byte === 0))
    sameBytes(readFileSync(join(root, 'longer')), longer)
  })
}

test('a file with holes has them filled', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'a'), 'start')
  truncateSync(join(root, 'a'), 4 * mib - 10)
  await reserve(root, filesOf(['a', 4 * mib]))
  assert.ok(statSync(join(root, 'a')).blocks * 512 >= 4 * mib)
  assert.is(readFileSync(join(root, 'a')).toString('latin1', 0, 6), 'start\0')
})

test('writing zeros ends when aborted, with the reason', async () => {
  hideTool()
  const root = temporaryFolder()
  const controller = new AbortController()
  const reason = new Error('deleted meanwhile')
  const progress = (reserved: number) => {
    if (reserved >= 3 * mib) controller.abort(reason)
  }
  const run = reserve(root, filesOf(['a', 64 * mib], ['b', 1]), { signal: controller.signal, progress })
  assert.is(await run.catch((error: unknown) => error), reason)
  assert.is(statSync(join(root, 'a')).size, 3 * mib)
  assert.not.ok(existsSync(join(root, 'b')))
})

test('an abort ends the process that reserves', async () => {
  const tools = temporaryFolder()
  const root = temporaryFolder()
  // A disk on which the tool takes for ever.
  writeFileSync(join(tools, 'fallocate'), `#!/bin/sh\necho $$ > ${root}/pid\nexec sleep 60\n`)
  chmodSync(join(tools, 'fallocate'), 0o755)
  process.env['PATH'] = `${tools}:${path ?? ''}`
  const controller = new AbortController()
  const run = reserve(root, filesOf(['a', 8 * mib]), { signal: controller.signal }).catch(
    (error: unknown) => error instanceof Error && error.name,
  )
  const pid = await eventually(5000, 'the process', () => {
    if (!existsSync(join(root, 'pid'))) return undefined
    return Number(readFileSync(join(root, 'pid'), 'utf8')) || undefined // it may be there and still be empty
  })
  controller.abort()
  assert.is(await run, 'AbortError')
  assert.throws(() => process.kill(pid, 0), /ESRCH/)
})

test('links in the place of a file or folder are path_outside_root and their targets unchanged', async () => {
  const root = temporaryFolder()
  const outside = temporaryFolder()
  writeFileSync(join(outside, 'canary'), 'alive')
  symlinkSync(join(outside, 'canary'), join(root, 'a'))
  mkdirSync(join(root, 't'))
  symlinkSync(outside, join(root, 't/folder'))
  for (const path of ['a', 't/folder/canary'])
    await rejection(reserve(root, filesOf([path, 2 * mib])), 'path_outside_root')
  assert.is(readFileSync(join(outside, 'canary'), 'utf8'), 'alive')
})

test('more than is free is insufficient_space before anything is made', async () => {
  const root = join(temporaryFolder(), 'new')
  const free = await freeSpace(operations, root)
  assert.ok(free > 0)
  await rejection(reserve(root, filesOf(['a', free + 1024 ** 4])), 'insufficient_space')
  assert.not.ok(existsSync(root))
})

test('a root that is gone is not made when it may not be', async () => {
  const root = join(temporaryFolder(), 'gone')
  await rejection(reserve(root, filesOf(['a', 1]), { createRoot: false }), 'files_changed')
  assert.not.ok(existsSync(root))
})

test.run()
