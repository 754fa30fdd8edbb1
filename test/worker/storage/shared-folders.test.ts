import * as assert from 'uvu/assert'
import { mkdirSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileOperations, observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { SharedFolders } from '../../../src/worker/session/storage/shared-folders.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage/shared-folders')
const looking = { create: false, createRoot: false }
const making = { create: true, createRoot: false }

/** Paths at or below a folder that this process holds open. */
function openBelow(root: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(root) ? [target] : []
    } catch {
      return [] // the descriptor of this very listing
    }
  })
}

test('openings that meet in a folder walk to it once, and the last of them closes it', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'a/b'), { recursive: true })
  const operations = new FileOperations()
  const folders = new SharedFolders(operations)
  let opened = 0
  const stop = observeFileOperations((operation) => {
    if (operation === 'open') opened += 1
  })
  const ends = Array.from({ length: 5 }, (): PromiseWithResolvers<void> => Promise.withResolvers())
  const uses = ends.map(({ promise }) =>
    folders.use(root, ['a', 'b'], looking, async (folder) => {
      await promise
      await operations.lstat(folder.at('.'))
    }),
  )
  for (const [at, end] of ends.entries()) {
    end.resolve()
    await uses[at]
  }
  stop()
  await folders.settled()
  assert.is(opened, 3)
  assert.equal(openBelow(root), [])
})

test('a folder that was replaced is looked up anew', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'a'))
  const operations = new FileOperations()
  const folders = new SharedFolders(operations)
  const look = () =>
    folders.use(root, ['a'], looking, async (folder) => (await operations.lstat(folder.at('.'))).ino)
  const before = await look()
  renameSync(join(root, 'a'), join(root, 'old'))
  mkdirSync(join(root, 'a'))
  assert.is.not(await look(), before)
  await folders.settled()
})

test('who may not make a folder does not get one from who may, and a failed walk is made again', async () => {
  const root = temporaryFolder()
  const folders = new SharedFolders(new FileOperations())
  const use = (options: typeof looking) => folders.use(root, ['a', 'b'], options, async () => {})
  const refused = [use(looking), use(looking)].map((run) => rejection(run, 'files_changed'))
  await Promise.all(refused)
  await Promise.all([use(making), use(making)])
  await use(looking)
  writeFileSync(join(root, 'a/b/c'), '')
  await rejection(
    folders.use(root, ['a', 'b', 'c'], making, async () => {}),
    'files_changed',
  )
  await folders.settled()
  assert.equal(openBelow(root), [])
})

test.run()
