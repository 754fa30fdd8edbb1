import * as assert from 'uvu/assert'
import { copyFileSync, renameSync, rmSync, truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { identifyFiles } from '../../../src/worker/session/resume/identify-files.ts'
import { FileWatch } from '../../../src/worker/session/resume/file-watch.ts'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { writeFiles } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'
import { ResumeFixture } from './fixture.ts'

const test = suite('worker/session/resume/file-watch')
const restMs = 1000
const two = {
  name: 'watched',
  files: [
    { path: 'a', content: 30_000 },
    { path: 'sub/b', content: 20_000 },
  ],
}

/** A watch, at time 0, over files that are there. */
async function watchOver(
  options: ConstructorParameters<typeof ResumeFixture>[0],
  written: ReadonlySet<number> = new Set(),
): Promise<{
  watch: { look: (now: number, justWritten?: readonly number[]) => Promise<number[]> }
  a: string
}> {
  const { info, disk, root, made } = new ResumeFixture(options)
  writeFiles(root, made)
  const known = await identifyFiles({ info, disk, saveFolder: root })
  const watch = new FileWatch({ info, disk, saveFolder: root, restMs }, 0)
  const files = { known: () => known, written }
  const look = async (now: number, justWritten?: readonly number[]): Promise<number[]> =>
    await watch.look(now, files, justWritten)
  return { watch: { look }, a: join(root, 'watched/a') }
}

const copied = (path: string): void => {
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
}

/** What somebody does to a file, and whether it is noticed of one that is being written too. */
const changes: Record<string, [change: (path: string) => void, whileWritten: boolean]> = {
  deleted: [rmSync, true],
  'replaced by a copy': [copied, true],
  cut: [(path) => truncateSync(path, 100), true],
  touched: [(path) => utimesSync(path, 1, 1), false],
  'made longer': [(path) => truncateSync(path, 40_000), false],
}

for (const [what, [change, whileWritten]] of Object.entries(changes)) {
  test(`a file that was ${what} is named`, async () => {
    const { watch, a } = await watchOver(two)
    assert.equal(await watch.look(restMs), [])
    change(a)
    assert.equal(await watch.look(2 * restMs), [0])
  })

  test(`a file that is being written and was ${what} is ${whileWritten ? 'named' : 'its own continuation'}`, async () => {
    const { watch, a } = await watchOver(two, new Set([0]))
    change(a)
    assert.equal(await watch.look(restMs), whileWritten ? [0] : [])
  })
}

test('a file that was just written is looked at while the watch rests', async () => {
  const { watch, a } = await watchOver(two, new Set([0]))
  assert.equal(await watch.look(0, [0, 1]), [])
  rmSync(a)
  assert.equal(await watch.look(0), [])
  assert.equal(await watch.look(0, [1]), [])
  assert.equal(await watch.look(0, [0, 1]), [0])
})

test('it rests between two rounds and takes the files of a large torrent by turns', async () => {
  const files = Array.from({ length: 600 }, (_, at) => ({ path: `f${at}`, content: 10 }))
  const { watch } = await watchOver({ name: 'watched', files })
  let looked = 0
  const stop = observeFileOperations((operation) => {
    if (operation === 'lstat') looked += 1
  })
  const looks: number[] = []
  for (const now of [restMs - 1, restMs, restMs + 1, restMs + 2, 2 * restMs, 2 * restMs + 1]) {
    looked = 0
    await watch.look(now)
    looks.push(looked)
  }
  stop()
  assert.equal(looks, [0, 512, 88, 0, 0, 512])
})

test.run()
