import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { contentBytes, contentHash, filesBelow, mixedFiles } from './content.ts'
import { makeMetainfo, writeFiles } from './metainfo.ts'
import { suite, temporaryFolder } from './suite.ts'

const content = suite('test/support/content')

function writeMixed(): string {
  const folder = temporaryFolder()
  writeFiles(folder, makeMetainfo({ name: 'mixed', files: mixedFiles }))
  return join(folder, 'mixed')
}

content('bytes are the same for the same seed and differ for another', () => {
  assert.ok(contentBytes('a', 1000).equals(contentBytes('a', 1000)))
  assert.ok(contentBytes('a', 1000).equals(contentBytes('a', 2000).subarray(0, 1000)))
  assert.not(contentBytes('a', 1000).equals(contentBytes('b', 1000)))
})

content('every file below a folder is listed', () => {
  assert.equal(
    filesBelow(writeMixed()),
    mixedFiles.map(({ path }) => path),
  )
})

content('equal folders have equal hashes', () => {
  assert.is(contentHash(writeMixed()), contentHash(writeMixed()))
  assert.is(contentHash(writeMixed(), 'sha1').length, 40)
})

content('other bytes or an empty file more change the hash', () => {
  const folder = writeMixed()
  const hashes = [contentHash(folder)]
  writeFileSync(join(folder, 'first.bin'), contentBytes('other', 300_001))
  hashes.push(contentHash(folder))
  writeFileSync(join(folder, 'one more'), '')
  hashes.push(contentHash(folder))
  assert.is(new Set(hashes).size, hashes.length)
})

content('a file has the hash of its bytes', () => {
  const path = join(temporaryFolder(), 'empty')
  writeFileSync(path, '')
  assert.is(contentHash(path, 'sha1'), 'da39a3ee5e6b4b0d3255bfef95601890afd80709')
})

content.run()
