import * as assert from 'uvu/assert'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { HashClient } from '../../../src/worker/session/hash-client.ts'
import { prove } from '../../../src/worker/session/prepare-content.ts'
import { MemoryBudget } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import { writeFiles } from '../../support/metainfo.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'
import { ResumeFixture } from '../resume/fixture.ts'
import { rejection } from '../storage/fixture.ts'

const test = suite('worker/session/prepare-content')
const files = [
  { path: 'a', content: 30_000 },
  { path: 'b', content: 20_000 },
]

/** Proves a torrent that is new here; `meddle` is called before anything is hashed. */
async function proveNew(torrent: ResumeFixture, meddle = (): void => undefined) {
  const hashes: HashClient = new HashClient((event) => {
    if (event.type !== 'hash_request') return
    meddle()
    setImmediate(() => hashes.answered(event.requestId, { matches: hashRange(event.request) }))
  })
  const { disk, info, root } = torrent
  return await prove({
    record: torrentRecord({ saveFolder: root, storageMode: 'sparse', memoryOnly: false, resume: undefined }),
    info,
    bits: undefined,
    near: { disk, hashes, memory: new MemoryBudget(0) },
    signal: new AbortController().signal,
    acceptLoss: false,
    onStep: () => undefined,
  })
}

test('a file that changes while it is hashed is files_changed', async () => {
  const torrent = new ResumeFixture({ name: 'new', files })
  writeFiles(torrent.root, torrent.made)
  const error = await rejection(
    proveNew(torrent, () => utimesSync(join(torrent.root, 'new/b'), 1, 1)),
    'files_changed',
  )
  assert.match(error.message, 'new/b')
  assert.is((await proveNew(torrent)).bits.isComplete, true)
})

test('where nothing lies each file is looked at once', async () => {
  let looked = 0
  const stop = observeFileOperations((operation) => {
    if (operation === 'lstat') looked += 1
  })
  const { bits, identities } = await proveNew(new ResumeFixture({ name: 'new', files }))
  stop()
  assert.is(looked, files.length)
  assert.is(bits.isEmpty, true)
  assert.is(identities.size, 0)
})

test.run()
