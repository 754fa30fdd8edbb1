import * as assert from 'uvu/assert'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deleteFiles } from '../../../src/worker/session/storage/delete-files.ts'
import { FileOperations, observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage/delete-files')
const operations = new FileOperations()
const none = () => false

function rootWith(...paths: string[]): string {
  const root = join(temporaryFolder(), 'root')
  mkdirSync(root)
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
  return root
}

const tree = (root: string) => readdirSync(root, { recursive: true }).sort()

test('only the given files and the folders they leave empty go, and never the save path', async () => {
  const root = rootWith('t/a', 't/b/c', 't/b/d/e', 'single')
  const removed = await deleteFiles(operations, root, ['t/a', 't/b/c', 't/b/d/e', 'single', 't/never'], none)
  assert.equal(removed, {
    files: ['t/a', 't/b/c', 't/b/d/e', 'single'],
    folders: ['t/b/d', 't/b', 't'],
  })
  assert.equal(tree(root), [])
  assert.ok(existsSync(root))
})

test('files of others, in the torrent’s folders and beside them, stay', async () => {
  const root = rootWith('t/a', 't/mine', 't/b/c', 'other/x', 't/b/d/e')
  const removed = await deleteFiles(operations, root, ['t/a', 't/b/c', 't/b/d/e'], (path) => path === 't/b/c')
  assert.equal(removed, { files: ['t/a', 't/b/d/e'], folders: ['t/b/d'] })
  assert.equal(tree(root), ['other', 'other/x', 't', 't/b', 't/b/c', 't/mine'])
})

test('folders left by a deletion that was cut short go the next time', async () => {
  const root = rootWith('t/b/c')
  const paths = ['t/a', 't/b/c']
  await operations.unlink(join(root, 't/b/c'))
  assert.equal(await deleteFiles(operations, root, paths, none), { files: [], folders: ['t/b', 't'] })
  assert.equal(await deleteFiles(operations, root, paths, none), { files: [], folders: [] })
  assert.equal(await deleteFiles(operations, join(root, 'gone'), paths, none), { files: [], folders: [] })
})

test('nothing is deleted through a symbolic link, and no link or folder in the place of a file', async () => {
  const root = rootWith('t/a', 'u/folder/inner')
  const outside = rootWith('canary', 'empty/gone')
  await operations.unlink(join(outside, 'empty/gone'))
  symlinkSync(outside, join(root, 'linked'))
  symlinkSync(join(outside, 'canary'), join(root, 't/link'))
  const paths = ['linked/canary', 'linked/empty/gone', 't/link', 'u/folder', 't/a']
  assert.equal(await deleteFiles(operations, root, paths, none), { files: ['t/a'], folders: [] })
  assert.equal(tree(outside), ['canary', 'empty'])
  assert.is(readFileSync(join(root, 't/link'), 'utf8'), 'canary')
  assert.ok(existsSync(join(root, 'u/folder/inner')))
})

test('hostile names are invalid_path and delete nothing outside, and the rest still goes', async () => {
  const root = rootWith('a')
  writeFileSync(join(root, '../canary'), 'alive')
  for (const path of ['../canary', '..', '.', '', '/etc/hostname', 'x/../../canary', join(root, '../canary')])
    await rejection(deleteFiles(operations, root, [path], none), 'invalid_path')
  await rejection(deleteFiles(operations, root, ['../canary', 'a'], none), 'invalid_path')
  assert.equal(tree(root), [])
  assert.ok(existsSync(join(root, '../canary')))
})

test('a file that cannot be unlinked does not stop the rest and is told at the end', async () => {
  const root = rootWith('t/a', 't/b', 't/c')
  const stop = observeFileOperations((operation, [path]) => {
    if (operation === 'unlink' && String(path).endsWith('/b'))
      throw Object.assign(new Error('injected'), { code: 'EROFS', errno: -30 })
  })
  const error = await rejection(deleteFiles(operations, root, ['t/a', 't/b', 't/c'], none), 'disk_read_only')
  stop()
  assert.match(error.message, 't/b')
  assert.equal(tree(root), ['t', 't/b'])
})

test.run()
