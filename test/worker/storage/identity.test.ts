import * as assert from 'uvu/assert'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { identify } from '../../../src/worker/session/storage/identity.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage/identity')
const operations = new FileOperations()

test('identities come in the order of the paths, undefined for what is no regular file', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 't'))
  for (const path of ['t/a', 'b']) writeFileSync(join(root, path), path)
  symlinkSync('b', join(root, 'link'))
  const paths = ['missing', 'b', 'link', 't', 't/a', 'b/inner']
  const found = await identify(operations, root, paths)
  for (const [index, path] of paths.entries()) {
    if (path !== 'b' && path !== 't/a') {
      assert.is(found[index], undefined, path)
      continue
    }
    const { size, mtimeNs, ino } = statSync(join(root, path), { bigint: true })
    assert.equal(found[index], { size: Number(size), mtimeNs, ino })
  }
})

test('a hostile name is invalid_path', async () => {
  await rejection(identify(operations, temporaryFolder(), ['../x']), 'invalid_path')
})

test.run()
