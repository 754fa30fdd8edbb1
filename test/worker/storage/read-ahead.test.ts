import * as assert from 'uvu/assert'
import { randomBytes } from 'node:crypto'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { DiskPieceStore } from '../../../src/worker/session/storage/disk-piece-store.ts'
import { ExtentCache } from '../../../src/worker/session/storage/extent-cache.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { contentOf, filesOf, pieceOf, rejection, sameBytes, storeOf, writeAll } from './fixture.ts'

const test = suite('worker/session/storage/read-ahead')
const block = 16 * 1024
const pieceLength = 1024 * 1024

function countReads(): { lengths: number[]; stop: () => void } {
  const lengths: number[] = []
  const stop = observeFileOperations((operation, [, length]) => {
    if (operation === 'read') lengths.push(Number(length))
  })
  return { lengths, stop }
}

async function filled(pieces = 3) {
  const files = filesOf(['a', pieceLength + 5000], ['b', (pieces - 1) * pieceLength - 5000 - 999])
  const made = storeOf(temporaryFolder(), files, pieceLength)
  const content = contentOf(made.layout)
  await writeAll(made.store, made.layout, content)
  return { ...made, content }
}

test('blocks asked in a row are read from the disk once per extent', async () => {
  const { store, content, disk } = await filled()
  const { lengths, stop } = countReads()
  const offsets = Array.from({ length: pieceLength / block }, (_, index) => index * block)
  const blocks = await Promise.all(offsets.map((offset) => store.read(0, offset, block)))
  stop()
  for (const [index, bytes] of blocks.entries())
    sameBytes(bytes, content.subarray(index * block, (index + 1) * block))
  assert.equal(
    lengths.sort((one, other) => one - other),
    [block, ...Array<number>(4).fill(256 * 1024)],
  )
  await disk.close()
})

test('blocks asked here and there are read alone', async () => {
  const { store, disk } = await filled()
  const { lengths, stop } = countReads()
  for (const offset of [0, 5, 2, 9, 30, 12]) await store.read(0, offset * block, block)
  stop()
  assert.equal(lengths, Array(6).fill(block))
  await disk.close()
})

test('concurrent readers with odd ranges get the right bytes', async () => {
  const { store, layout, content, disk } = await filled()
  const reads = Array.from({ length: 400 }, async (_, turn) => {
    const index = turn % layout.pieceCount
    const piece = pieceOf(content, layout, index)
    let offset = (turn * 7919) % (piece.length - 3 * block)
    for (const length of [block, block - 3, 5000]) {
      sameBytes(await store.read(index, offset, length), piece.subarray(offset, offset + length))
      offset += length
    }
  })
  await Promise.all(reads)
  assert.ok(disk.extents.bytes <= 16 * 1024 * 1024)
  await disk.close()
})

test('a write forgets what was read of its piece, also what is being read while it is written', async () => {
  const { store, layout, content, disk } = await filled()
  for (let turn = 0; turn < 20; turn += 1) {
    const inRow = () => Promise.all([0, 1, 2, 3].map((at) => store.read(1, at * block, block)))
    await inRow()
    const piece = randomBytes(layout.pieceSize(1))
    const write = store.write(1, piece)
    await Promise.all([write, inRow()])
    for (const [at, bytes] of (await inRow()).entries())
      sameBytes(bytes, piece.subarray(at * block, (at + 1) * block))
  }
  sameBytes(await store.read(0, 0, pieceLength), pieceOf(content, layout, 0))
  await disk.close()
})

test('an extent that was read just before the bytes under it changed is not kept', async () => {
  const { store, layout, disk } = await filled()
  const [writing, gate] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const stop = observeFileOperations(async (operation) => {
    if (operation !== 'write') return
    writing.resolve(undefined)
    await gate.promise
  })
  const piece = randomBytes(layout.pieceSize(2))
  const write = store.write(2, piece)
  await writing.promise
  for (const at of [0, 1, 2]) await store.read(2, at * block, block)
  assert.is(disk.extents.bytes, 256 * 1024)
  gate.resolve(undefined)
  await write
  stop()
  sameBytes(await store.read(2, block, block), piece.subarray(block, 2 * block))
  await disk.close()
})

test('what was read for one torrent is not given to another, and goes when its store closes', async () => {
  const { store, content, disk, layout } = await filled()
  const root = temporaryFolder()
  const other = new DiskPieceStore({ disk, root, layout, createRoot: true })
  const second = contentOf(layout)
  await writeAll(other, layout, second)
  for (const at of [0, 1, 2]) {
    sameBytes(await store.read(0, at * block, block), content.subarray(at * block, (at + 1) * block))
    sameBytes(await other.read(0, at * block, block), second.subarray(at * block, (at + 1) * block))
  }
  assert.is(disk.extents.bytes, 2 * 256 * 1024)
  await store.close()
  assert.is(disk.extents.bytes, 256 * 1024)
  await other.close()
  assert.is(disk.extents.bytes, 0)
  await disk.close()
})

test('a block is the caller’s own: changing it changes no other answer', async () => {
  const { store, content, disk } = await filled()
  for (const at of [0, 1, 2]) (await store.read(0, at * block, block)).fill(0)
  sameBytes(await store.read(0, block, block), content.subarray(block, 2 * block))
  await disk.close()
})

test('a failed extent rejects all who wait for it and is not kept', async () => {
  const { store, content, disk } = await filled()
  await store.read(0, 0, block)
  const stop = observeFileOperations((operation) => {
    if (operation === 'read') throw Object.assign(new Error('injected'), { code: 'EIO', errno: -5 })
  })
  const reads = [1, 2, 3].map((at) => rejection(store.read(0, at * block, block), 'disk_failed'))
  await Promise.all(reads)
  stop()
  assert.is(disk.extents.bytes, 0)
  sameBytes(await store.read(0, block, block), content.subarray(block, 2 * block))
  await disk.close()
})

test('the cache holds at most its bytes and loads at most half of them at a time', async () => {
  const cache = new ExtentCache(100)
  const gate = Promise.withResolvers<Uint8Array>()
  const first = cache.load('a', 30, () => gate.promise)
  assert.is(
    cache.load('b', 30, () => gate.promise),
    undefined,
  )
  gate.resolve(new Uint8Array(30))
  await first
  await new Promise((resolve) => setImmediate(resolve))
  for (const key of ['b', 'c', 'd', 'e']) {
    await cache.load(key, 30, () => Promise.resolve(new Uint8Array(30)))
    await new Promise((resolve) => setImmediate(resolve))
    await cache.get('b')
  }
  assert.is(cache.bytes, 90)
  assert.is(cache.get('c'), undefined)
  assert.ok(cache.get('b'))
})

test.run()
