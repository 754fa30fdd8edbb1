import * as assert from 'uvu/assert'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import type { OpenOptions } from '../../../src/worker/session/storage/open-file.ts'
import { SessionDisk } from '../../../src/worker/session/storage/session-disk.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage/file-pool')
const writing: OpenOptions = { write: true, create: true, createRoot: true }
const reading: OpenOptions = { write: false }

/** Paths of the regular files below a folder that this process holds open. */
function openBelow(root: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(`${root}/f`) ? [target] : []
    } catch {
      return []
    }
  })
}

test('300 files are written with at most 16 descriptors, each open at most once', async () => {
  const root = temporaryFolder()
  const disk = new SessionDisk({ maxOpenFiles: 16 })
  let most = 0
  const stop = observeFileOperations((operation) => {
    if (operation !== 'write') return
    const open = openBelow(root)
    most = Math.max(most, open.length)
    assert.is(new Set(open).size, open.length)
  })
  const put = async (index: number, position: number) => {
    await disk.pool.use({ root, path: `f${index}` }, writing, async (fd) => {
      await disk.operations.write(fd, Buffer.from([index % 251]), position)
    })
  }
  const indices = Array.from({ length: 300 }, (_, index) => index)
  await Promise.all(indices.flatMap((index) => [put(index, 0), put(index, 1)]))
  await Promise.all(indices.map((index) => put(299 - index, 2)))
  stop()
  assert.ok(most > 8 && most <= 16, `${most} open`)
  for (const index of indices)
    assert.equal([...readFileSync(join(root, `f${index}`))], Array(3).fill(index % 251))
  await disk.close()
  assert.equal(openBelow(root), [])
})

test('reads and writes that race for more files than descriptors all end', async () => {
  const root = temporaryFolder()
  const disk = new SessionDisk({ maxOpenFiles: 2 })
  for (let index = 0; index < 10; index += 1) writeFileSync(join(root, `f${index}`), 'abc')
  const runs = Array.from({ length: 500 }, async (_, turn) => {
    const file = { root, path: `f${(turn * 7) % 10}` }
    await disk.pool.use(file, turn % 3 === 0 ? writing : reading, async (fd) => {
      const into = new Uint8Array(3)
      if (turn % 3 === 0) await disk.operations.write(fd, Buffer.from('abc'), 0)
      assert.is(await disk.operations.read(fd, into, 0), 3)
    })
  })
  await Promise.all(runs)
  assert.ok(openBelow(root).length <= 2)
  await disk.close()
})

test('a file stays open between uses and is opened again for writing only when somebody writes', async () => {
  const root = temporaryFolder()
  const disk = new SessionDisk()
  writeFileSync(join(root, 'f'), 'abc')
  const opened: number[] = []
  const stop = observeFileOperations((operation, [path, flags]) => {
    if (operation === 'open' && String(path).endsWith('/f')) opened.push(Number(flags) & 3)
  })
  const use = (options: OpenOptions) => disk.pool.use({ root, path: 'f' }, options, async () => {})
  for (const options of [reading, reading, writing, writing, reading]) await use(options)
  stop()
  assert.equal(opened, [constants.O_RDONLY, constants.O_RDWR])
  assert.is(openBelow(root).length, 1)
  await disk.pool.close([{ root, path: 'f' }])
  assert.equal(openBelow(root), [])
})

test('a symbolic link in the place of the file is path_outside_root and its target unchanged', async () => {
  const root = temporaryFolder()
  const canary = join(temporaryFolder(), 'canary')
  writeFileSync(canary, 'alive')
  symlinkSync(canary, join(root, 'f'))
  symlinkSync(canary + '-new', join(root, 'dangling'))
  const { pool } = new SessionDisk()
  for (const path of ['f', 'dangling'])
    for (const options of [reading, writing]) {
      const error = await rejection(
        pool.use({ root, path }, options, async () => {}),
        'path_outside_root',
      )
      assert.is(error.details?.['errno'], 'ELOOP')
      assert.not.match(error.message, root)
    }
  assert.is(readFileSync(canary, 'utf8'), 'alive')
  assert.equal(readdirSync(join(canary, '..')), ['canary'])
})

test('a symbolic link in the place of a folder is path_outside_root at any depth', async () => {
  const root = temporaryFolder()
  const outside = temporaryFolder()
  writeFileSync(join(outside, 'canary'), 'alive')
  mkdirSync(join(root, 'deep'))
  symlinkSync(outside, join(root, 'folder'))
  symlinkSync(outside, join(root, 'deep/folder'))
  const { pool } = new SessionDisk()
  for (const path of ['folder/canary', 'folder/new/file', 'deep/folder/canary', 'deep/folder/new'])
    for (const options of [reading, writing])
      await rejection(
        pool.use({ root, path }, options, async () => {}),
        'path_outside_root',
      )
  assert.is(readFileSync(join(outside, 'canary'), 'utf8'), 'alive')
  assert.equal(readdirSync(outside), ['canary'])
})

test('a FIFO, a folder or a device in the place of a file is files_changed and blocks nothing', async () => {
  const root = temporaryFolder()
  execFileSync('mkfifo', [join(root, 'fifo')])
  mkdirSync(join(root, 'folder'))
  writeFileSync(join(root, 'file'), '')
  const { pool } = new SessionDisk()
  for (const path of ['fifo', 'folder', 'file/inner'])
    for (const options of [reading, writing])
      await rejection(
        pool.use({ root, path }, options, async () => {}),
        'files_changed',
      )
})

test('a root that is gone is files_changed and not made, unless it may be', async () => {
  const root = join(temporaryFolder(), 'far/below')
  const { pool } = new SessionDisk()
  const file = { root, path: 'a/b/f' }
  await rejection(
    pool.use(file, { ...writing, createRoot: false }, async () => {}),
    'files_changed',
  )
  assert.equal(readdirSync(join(root, '../..')), [])
  await pool.use(file, writing, async () => {})
  assert.equal(readdirSync(join(root, 'a/b')), ['f'])
  await pool.closeAll()
})

test('hostile names never reach the disk', async () => {
  const root = temporaryFolder()
  const { pool } = new SessionDisk()
  for (const path of ['../f', '..', '/etc/f', 'a/../../f', '', 'a//f', 'f\0', 'x'.repeat(300)])
    await rejection(
      pool.use({ root, path }, writing, async () => {}),
      'invalid_path',
    )
  assert.equal(readdirSync(root), [])
})

test('a failed open leaves no descriptor and the next one succeeds', async () => {
  const root = temporaryFolder()
  const disk = new SessionDisk({ maxOpenFiles: 1 })
  const stop = observeFileOperations((operation, [path]) => {
    if (operation === 'open' && String(path).endsWith('/f'))
      throw Object.assign(new Error('injected'), { code: 'EMFILE', errno: -24 })
  })
  const use = () => disk.pool.use({ root, path: 'f' }, writing, async () => {})
  await Promise.all([use(), use()].map((run) => rejection(run, 'too_many_open_files')))
  stop()
  await use()
  assert.is(openBelow(root).length, 1)
  await disk.close()
})

test.run()
