/** Checkpoints of real files: what they tell, and when. */
import { noCounters } from '../../../src/protocol/counters.ts'
import { rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PieceBits } from '../../../src/worker/session/piece-bits.ts'
import { Checkpointer } from '../../../src/worker/session/resume/checkpointer.ts'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from '../storage/fixture.ts'
import { ResumeFixture } from './fixture.ts'

const checkpoints = suite('src/worker/session/resume/checkpointer')
const pieceLength = 16 * 1024
const fixture = (pieces = 8): ResumeFixture =>
  new ResumeFixture({ name: 'kept', content: pieces * pieceLength, pieceLength })

/** Two checkpoints are told: that of the open torrent says that its file may be written, the last one does not. */
async function isOpenUntilItsEnd(
  torrent: ResumeFixture,
  { store, checkpointer }: ReturnType<ResumeFixture['open']>,
): Promise<void> {
  await checkpointer.run()
  await store.close()
  await checkpointer.run(true)
  assert.equal(
    torrent.told.map(({ openForWriting }) => openForWriting),
    [[0], []],
  )
}

checkpoints('the first tells what is there, a second without news tells nothing', async () => {
  const torrent = fixture()
  const { checkpointer } = torrent.open()
  await checkpointer.run()
  await checkpointer.run()
  assert.is(torrent.told.length, 1)
  assert.equal(torrent.last.openForWriting, [0])
})

checkpoints('a bit is told with the identity that its file has after the sync', async () => {
  const torrent = fixture()
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  await torrent.write(store, bits, [0, 3])
  await checkpointer.run()
  const stat = statSync(join(torrent.root, 'kept'), { bigint: true })
  const { size, mtimeNs, ino } = stat
  assert.equal(torrent.last.bits, Uint8Array.of(0b1001_0000))
  assert.equal(torrent.last.files, [{ index: 0, size: Number(size), mtimeNs, ino }])
  await store.close()
})

checkpoints('a piece that is verified while files are synced is told by the next one', async () => {
  const torrent = fixture()
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  await torrent.write(store, bits, [0])
  let isLate = true
  const undo = observeFileOperations(async (operation) => {
    if (operation !== 'fsync' || !isLate) return
    isLate = false
    await torrent.write(store, bits, [1])
  })
  await checkpointer.run()
  undo()
  assert.equal(torrent.last.bits, Uint8Array.of(0b1000_0000))
  await checkpointer.run()
  assert.equal(torrent.last.bits, Uint8Array.of(0b1100_0000))
  await store.close()
})

checkpoints(
  'the last one of a run names no file as open, the ones before those with missing pieces',
  async () => {
    const torrent = fixture()
    const bits = new PieceBits(torrent.info)
    const opened = torrent.open(bits)
    await torrent.write(opened.store, bits, [0])
    await isOpenUntilItsEnd(torrent, opened)
  },
)

checkpoints('calls at the same time are told one after the other', async () => {
  const torrent = fixture()
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  const runs: Promise<unknown>[] = []
  for (const piece of [0, 1, 2, 3]) {
    await torrent.write(store, bits, [piece])
    runs.push(checkpointer.run())
  }
  await Promise.all([...runs, checkpointer.run(true)])
  const counts = torrent.told.map(({ counters }) => counters.downloaded)
  assert.equal(
    counts,
    [...counts].sort((one, other) => one - other),
  )
  assert.equal(torrent.last.openForWriting, [])
  await store.close()
})

checkpoints('a sync that fails tells nothing, then and later', async () => {
  const torrent = fixture()
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  await torrent.write(store, bits, [0])
  const undo = observeFileOperations((operation) => {
    if (operation === 'fsync') throw Object.assign(new Error('EIO'), { errno: -5, code: 'EIO' })
  })
  await rejection(checkpointer.run(), 'disk_failed')
  undo()
  await rejection(checkpointer.run(), 'disk_failed')
  assert.equal(torrent.told, [])
  await store.close()
})

checkpoints('a file that was deleted under it is told as changed', async () => {
  const torrent = fixture()
  const bits = new PieceBits(torrent.info)
  const { store, checkpointer } = torrent.open(bits)
  await torrent.write(store, bits, [0])
  rmSync(join(torrent.root, 'kept'))
  await rejection(checkpointer.run(), 'files_changed')
  await store.close()
})

checkpoints('what main has of the same pieces in the same files is not told again', async () => {
  const torrent = fixture()
  const checkpoint = await torrent.download([0, 1, 2, 3, 4, 5, 6, 7])
  const again = async (): Promise<number> => {
    const proof = await torrent.prove({ checkpoint, clean: true })
    const before = torrent.told.length
    const { store, checkpointer } = torrent.open(proof.bits, proof, checkpoint)
    await checkpointer.run()
    await store.close()
    await checkpointer.run(true)
    return torrent.told.length - before
  }
  assert.is(await again(), 0)
  utimesSync(join(torrent.root, 'kept'), 1, 1)
  assert.is(await again(), 1)
})

checkpoints(
  'an incomplete torrent tells that its files may be written, and at its end that they are not',
  async () => {
    const torrent = fixture()
    const checkpoint = await torrent.download([0, 1])
    const proof = await torrent.prove({ checkpoint, clean: true })
    const opened = torrent.open(proof.bits, proof, checkpoint)
    torrent.told.length = 0
    await isOpenUntilItsEnd(torrent, opened)
  },
)

checkpoints('without files only counters are told', async () => {
  const torrent = fixture()
  const counters = { ...noCounters, downloaded: 1 }
  const checkpointer = new Checkpointer({
    info: torrent.info,
    bits: new PieceBits(torrent.info),
    store: undefined,
    identities: new Map(),
    counters: () => ({ ...counters }),
    post: (checkpoint) => torrent.told.push(checkpoint),
  })
  await checkpointer.run()
  await checkpointer.run(true)
  counters.uploaded = 5
  await checkpointer.run()
  assert.equal(
    torrent.told.map(({ counters: told }) => told.uploaded),
    [0, 5],
  )
  assert.is(torrent.last.bits, undefined)
})

checkpoints.run()
