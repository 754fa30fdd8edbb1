/** A folder above the save path that is swapped for a link, before or between openings, leads nobody out. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { deleteFiles } from '../../../src/worker/session/storage/delete-files.ts'
import { FileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { FilePool } from '../../../src/worker/session/storage/file-pool.ts'
import { openFile } from '../../../src/worker/session/storage/open-file.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage of swapped folders')
const operations = new FileOperations()
const reading = { write: false } as const
const writing = { write: true, create: true, createRoot: true } as const
const canary = Buffer.from('canary')

/** A save path two folders below what is swapped, and a tree of the same names outside, full of canaries. */
function place() {
  const top = temporaryFolder()
  const [above, aside, outside] = [join(top, 'above'), join(top, 'aside'), join(top, 'outside')]
  const root = join(above, 'middle/save')
  for (const folder of [root, join(outside, 'middle/save/t')]) mkdirSync(folder, { recursive: true })
  const names = ['a', 'b', 't/c']
  for (const name of names) writeFileSync(join(outside, 'middle/save', name), canary)
  const tree = readdirSync(outside, { recursive: true }).sort()
  return {
    root,
    names,
    swap: () => {
      renameSync(above, aside)
      symlinkSync(outside, above)
    },
    restore: () => {
      unlinkSync(above)
      renameSync(aside, above)
    },
    assertUnharmed: () => {
      assert.equal(readdirSync(outside, { recursive: true }).sort(), tree)
      for (const name of names) assert.equal(readFileSync(join(outside, 'middle/save', name)), canary)
    },
  }
}

test('behind a swapped folder nothing is opened, made or deleted, and all goes on when it is back', async () => {
  const { root, names, swap, restore, assertUnharmed } = place()
  swap()
  for (const path of [...names, 'new', 'new/deeper'])
    for (const options of [reading, writing]) {
      const error = await rejection(openFile(operations, { root, path }, options), 'path_outside_root')
      assert.not.match(error.message, root.slice(1))
    }
  const elsewhere = { root: join(root, 'not there yet'), path: 'a' }
  await rejection(openFile(operations, elsewhere, writing), 'path_outside_root')
  assert.equal(await deleteFiles(operations, root, names, () => false), { files: [], folders: [] })
  assertUnharmed()
  restore()
  await operations.close(await openFile(operations, { root, path: 't/c' }, writing))
  assert.ok(existsSync(join(root, 't/c')))
})

test('a save path that is itself swapped for a link is path_outside_root', async () => {
  const { root, assertUnharmed } = place()
  const target = join(root, '../../../outside/middle/save')
  renameSync(root, `${root}-aside`)
  symlinkSync(target, root)
  await rejection(openFile(operations, { root, path: 'a' }, writing), 'path_outside_root')
  assertUnharmed()
})

test('swaps in a loop while files are opened, written and deleted never lead out', async () => {
  const { root, names, swap, restore, assertUnharmed } = place()
  const pool = new FilePool(operations, () => 1) // each use opens anew
  const ending = new AbortController()
  const outcomes = { done: 0, refused: 0 }
  const use = async (path: string, at: number): Promise<void> => {
    await pool
      .use({ root, path }, { ...writing, createRoot: false }, (fd) =>
        operations.write(fd, Buffer.from('mine'), 0),
      )
      .then(() => (at % 5 === 0 ? deleteFiles(operations, root, [path], () => false) : undefined))
      .then(
        () => (outcomes.done += 1),
        (error: unknown) => {
          if (!(error instanceof RestTorrentError)) throw error
          outcomes.refused += 1
        },
      )
  }
  const swaps = (async () => {
    while (!ending.signal.aborted) {
      swap()
      await setImmediate()
      restore()
      await setImmediate()
    }
  })()
  for (let at = 0; at < 400; at += 1) await use(names[at % names.length] ?? '', at)
  ending.abort()
  await swaps
  await pool.closeAll()
  assertUnharmed()
  assert.ok(outcomes.done > 0 && outcomes.refused > 0, JSON.stringify(outcomes))
})

test.run()
