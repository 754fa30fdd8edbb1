import * as assert from 'uvu/assert'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { CheckPlaces } from '../../../src/worker/session/check-places.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { HashClient } from '../../../src/worker/session/hash-client.ts'
import { prove, type Step } from '../../../src/worker/session/prepare-content.ts'
import { MemoryBudget } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { hashRange } from '../../../src/worker/tasks/hash-range.ts'
import { writeFiles } from '../../support/metainfo.ts'
import { eventually, suite } from '../../support/suite.ts'
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
  return await proveBy(torrent, hashes)
}

interface Meant {
  checks?: CheckPlaces
  signal?: AbortSignal
  onStep?: (step: Step) => void
}

async function proveBy(torrent: ResumeFixture, hashes: HashClient, meant: Meant = {}) {
  const { disk, info, root, checks } = torrent
  return await prove({
    record: torrentRecord({ saveFolder: root, storageMode: 'sparse', memoryOnly: false, resume: undefined }),
    info,
    bits: undefined,
    near: { disk, hashes, checks, memory: new MemoryBudget(0), ...meant },
    signal: new AbortController().signal,
    acceptLoss: false,
    onStep: () => undefined,
    ...meant,
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

test('only as many torrents are hashed at once as there are places, and who leaves gives its place on', async () => {
  const begun: string[] = []
  const go = Promise.withResolvers<undefined>()
  const hashes: HashClient = new HashClient((event) => {
    if (event.type !== 'hash_request') return
    begun.push(event.request.saveFolder)
    void go.promise.then(() => hashes.answered(event.requestId, { matches: hashRange(event.request) }))
  })
  const checks = new CheckPlaces(1)
  const steps: Step[][] = []
  const begin = (signal = new AbortController().signal) => {
    const torrent = new ResumeFixture({ name: 'new', files })
    writeFiles(torrent.root, torrent.made)
    const taken: Step[] = []
    steps.push(taken)
    const proof = proveBy(torrent, hashes, { checks, signal, onStep: (step) => void taken.push(step) })
    return { proof, folder: torrent.root }
  }
  const whenInLine = async (count: number) =>
    await eventually(10_000, `${count} in line`, () => steps.filter(([step]) => step).length === count)
  const folders = () => [...new Set(begun)]

  const first = begin()
  await eventually(10_000, 'the first', () => begun.length === 1)
  const leaving = new AbortController()
  const second = begin(leaving.signal)
  await whenInLine(2)
  const third = begin()
  await whenInLine(3)
  const fourth = begin()
  await whenInLine(4)
  assert.equal(folders(), [first.folder])
  leaving.abort(new RestTorrentError('session_gone', 'stopped'))
  await rejection(second.proof, 'session_gone')
  assert.equal(folders(), [first.folder])
  checks.limit(2)
  await eventually(10_000, 'the third', () => begun.length === 2)
  assert.equal(folders(), [first.folder, third.folder])
  assert.equal(steps.at(-1), ['queued_for_checking'])
  go.resolve(undefined)
  for (const { proof } of [first, third, fourth]) assert.ok((await proof).bits.isComplete)
  assert.equal(steps.at(-1)?.slice(0, 2), ['queued_for_checking', 'checking_files'])
})

test.run()
