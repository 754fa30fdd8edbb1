/** Files that are not what they were when a torrent is made of them; real pool threads, real files. */
import {
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  renameSync,
  appendFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { creationWish } from '../../../src/protocol/create-command.ts'
import { toWireError } from '../../../src/protocol/errors.ts'
import { makeTorrent, usualPieceLength } from '../../../src/main/supervisor/torrent-making.ts'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { TaskPool } from '../../../src/main/threads/task-pool.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const making = suite('src/main/supervisor/torrent-making')
const mib = 1024 * 1024
let tasks: TaskPool
/** Turns that were taken at the same time. */
let most = 0

making.before(() => {
  tasks = new TaskPool(threadEntries.tasks)
})

/** Makes a torrent of a folder, where `meanwhile` happens after so many turns: listing is the first. */
async function makeOf(folder: string, turn = 0, meanwhile = (): void => undefined, reservedDir = '/proc') {
  let turns = 0
  let running = 0
  const inTurn = async <T>(_: string, work: () => Promise<T>): Promise<T> => {
    running += 1
    most = Math.max(most, running)
    const done = await work()
    running -= 1
    turns += 1
    if (turns === turn) meanwhile()
    return done
  }
  const signal = new AbortController().signal
  const options = {
    tasks,
    hashDesk: { inTurn },
    sessionId: '',
    reservedDir,
    signal,
    progress: () => undefined,
  }
  const source = { folder, savePath: '.', base: 'tree' }
  return await makeTorrent(source, creationWish.parse({ piece_length: mib }), options)
}

/** The code that a making rejects with, or `made`. */
const codeOf = async (making: Promise<unknown>): Promise<string> =>
  await making.then(
    () => 'made',
    (error: unknown) => toWireError(error).code,
  )

/** A tree whose two files are hashed by two tasks. */
function treeIn(): { folder: string; first: string; last: string } {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'tree'))
  const [first, last] = [join(folder, 'tree/a'), join(folder, 'tree/b')]
  writeFileSync(first, Buffer.alloc(33 * mib, 1))
  writeFileSync(last, Buffer.alloc(mib, 2))
  return { folder, first, last }
}

making('a file that changes after it was listed, or after it was hashed, fails the torrent', async () => {
  const { folder, first, last } = treeIn()
  const other = join(folder, 'other')
  const swapped = join(folder, 'tree/z')
  for (const [turn, what] of [
    [1, () => appendFileSync(last, 'more')],
    [1, () => writeFileSync(last, 'less')],
    [2, () => utimesSync(first, 1, 1)],
    [3, () => utimesSync(last, 1, 1)],
    [3, () => writeFileSync(swapped, 'new')],
    [1, () => rmSync(swapped)],
  ] as const)
    assert.is(await codeOf(makeOf(folder, turn, what)), 'files_changed', `${turn} ${String(what)}`)
  const swap = (): void => {
    renameSync(first, other)
    symlinkSync(other, first)
  }
  assert.is(await codeOf(makeOf(folder, 1, swap)), 'path_outside_root')
  assert.is((await makeOf(folder)).list.leftOut, 1)
  assert.is(most, Math.min(2, tasks.hashThreads), 'two ranges at once')
})

making('a folder that is kept for the program is never listed', async () => {
  const { folder } = treeIn()
  mkdirSync(join(folder, 'tree/kept'))
  const reserved = join(folder, 'tree/kept')
  assert.is(await codeOf(makeOf(folder, 0, undefined, reserved)), 'path_reserved')
})

making('pieces are 1,000 to 2,000, as far as their length allows', () => {
  const gib = 1024 ** 3
  assert.equal([0, 31_000_000, 33_000_000, gib, 100 * gib].map(usualPieceLength), [
    16_384,
    16_384,
    32_768,
    mib,
    16 * mib,
  ])
})

making('the threads end', async () => {
  await tasks.close()
})

making.run()
