import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import type { HashFile, HashRequest } from '../../../src/protocol/session-rpc.ts'
import { contentBytes } from '../../support/content.ts'
import { codeOf } from '../../support/code-of.ts'
import { hashesOf } from '../../support/metainfo.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const pieceLength = 1024
const lengths = { a: 1500, empty: 0, b: 100, c: 3000 }
const hashing = suite('src/worker/tasks/hash-range')

interface Made {
  readonly request: HashRequest
  readonly folder: string
}

/** Files one after the other on disk, with the request that hashes all of them. */
function make(padded: readonly string[] = []): Made {
  const folder = temporaryFolder()
  const files: HashFile[] = []
  const parts: Buffer[] = []
  let offset = 0
  for (const [path, length] of Object.entries(lengths)) {
    const padding = padded.includes(path)
    const bytes = padding ? Buffer.alloc(length) : contentBytes(path, length)
    if (!padding) writeFileSync(join(folder, path), bytes)
    files.push({ path, offset, length, padding })
    parts.push(bytes)
    offset += length
  }
  const expected = hashesOf(Buffer.concat(parts), pieceLength)
  return {
    folder,
    request: { saveFolder: folder, files, pieceLength, firstPiece: 0, expected, totalLength: offset },
  }
}

const openDescriptors = () => readdirSync('/proc/self/fd').length

/** Which pieces match, as text: the content has five, and the file `c` lies in the last four. */
function matches(request: HashRequest): string {
  return hashRange(request).join('')
}

hashing('pieces that go over the borders of files match, the shorter last one too', () => {
  assert.is(matches(make().request), '11111')
})

hashing('a range in the middle matches by itself', () => {
  const { request } = make()
  const expected = request.expected.subarray(20, 60)
  assert.is(matches({ ...request, firstPiece: 1, expected }), '11')
})

hashing('the files of other ranges need not be named', () => {
  const { request } = make()
  const files = request.files.filter(({ path }) => path === 'c')
  assert.is(matches({ ...request, files, firstPiece: 2, expected: request.expected.subarray(40) }), '111')
})

hashing('padding is zeros that are on no disk', () => {
  const { request, folder } = make(['b'])
  assert.equal(readdirSync(folder).sort(), ['a', 'c', 'empty'])
  assert.is(matches(request), '11111')
})

hashing('one changed byte unmatches its piece only', () => {
  const { request, folder } = make()
  writeFileSync(join(folder, 'b'), Buffer.alloc(lengths.b))
  assert.is(matches(request), '10111')
})

hashing('a short file matches as far as it goes', () => {
  const { request, folder } = make()
  truncateSync(join(folder, 'c'), 1600)
  assert.is(matches(request), '11100')
})

hashing('a longer file matches: what is beyond is not the torrent', () => {
  const { request, folder } = make()
  writeFileSync(join(folder, 'c'), 'more', { flag: 'a' })
  assert.is(matches(request), '11111')
})

hashing('a missing file does not match', () => {
  const { request, folder } = make()
  rmSync(join(folder, 'a'))
  assert.is(matches(request), '00111')
})

hashing('a FIFO in the place of a file does not match and does not hang', () => {
  const { request, folder } = make()
  rmSync(join(folder, 'a'))
  assert.is(spawnSync('mkfifo', [join(folder, 'a')]).status, 0)
  assert.is(matches(request), '00111')
})

hashing('a symbolic link in the place of a file does not match, though its target would', () => {
  const { request, folder } = make()
  const target = join(temporaryFolder(), 'a')
  writeFileSync(target, contentBytes('a', lengths.a))
  rmSync(join(folder, 'a'))
  symlinkSync(target, join(folder, 'a'))
  assert.is(matches(request), '00111')
})

hashing('a symbolic link in the place of a folder does not match', () => {
  const { request, folder } = make()
  symlinkSync(folder, join(folder, 'linked'))
  const files = request.files.map((file) => ({ ...file, path: `linked/${file.path}` }))
  assert.is(matches({ ...request, files }), '00000')
})

hashing('a folder in the place of a file does not match', () => {
  const { request } = make()
  const files = request.files.map((file) => (file.path === 'a' ? { ...file, path: '.' } : file))
  assert.is(matches({ ...request, files }), '00111')
})

hashing('bytes that belong to no file do not match, whatever was read before', () => {
  const { request } = make()
  const files = request.files.filter(({ path }) => path !== 'b')
  assert.is(matches({ ...request, files }), '10111')
})

hashing('a disk that cannot be read is disk_failed', () => {
  const { request } = make()
  const files = [{ path: 'mem', offset: 0, length: request.totalLength, padding: false }]
  assert.is(
    codeOf(() => hashRange({ ...request, saveFolder: `/proc/${process.pid}`, files })),
    'disk_failed',
  )
})

hashing('every descriptor is closed again', () => {
  const { request } = make()
  const before = openDescriptors()
  hashRange(request)
  assert.is(openDescriptors(), before)
})

hashing.run()
