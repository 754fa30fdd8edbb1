import * as assert from 'uvu/assert'
import { randomBytes } from 'node:crypto'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { readPiece } from '../../../src/worker/session/storage/piece-store.ts'
import { DiskPieceStore } from '../../../src/worker/session/storage/disk-piece-store.ts'
import { ExtentCache } from '../../../src/worker/session/storage/extent-cache.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
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
  const blocks = await Promise.all(offsets.map((offset) => readPiece(store, 0, offset, block)))
  stop()
  for (const [index, bytes] of blocks.entries())
    sameBytes(bytes, content.subarray(index * block, (index + 1) * block))
  assert.equal(
    lengths.sort((one, other) => one - other),
    [block, 256 * 1024, 768 * 1024],
  )
  await disk.close()
})

test('blocks asked here and there are read alone', async () => {
  const { store, disk } = await filled()
  const { lengths, stop } = countReads()
  for (const offset of [0, 5, 2, 9, 30, 12]) await readPiece(store, 0, offset * block, block)
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
      sameBytes(await readPiece(store, index, offset, length), piece.subarray(offset, offset + length))
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
    const inRow = () => Promise.all([0, 1, 2, 3].map((at) => readPiece(store, 1, at * block, block)))
    await inRow()
    const piece = randomBytes(layout.pieceSize(1))
    const write = store.write(1, piece)
    await Promise.all([write, inRow()])
    for (const [at, bytes] of (await inRow()).entries())
      sameBytes(bytes, piece.subarray(at * block, (at + 1) * block))
  }
  sameBytes(await readPiece(store, 0, 0, pieceLength), pieceOf(content, layout, 0))
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
  for (const at of [0, 1, 2]) await readPiece(store, 2, at * block, block)
  assert.is(disk.extents.bytes, 256 * 1024)
  gate.resolve(undefined)
  await write
  stop()
  sameBytes(await readPiece(store, 2, block, block), piece.subarray(block, 2 * block))
  await disk.close()
})

test('what was read for one torrent is not given to another, and goes when its store closes', async () => {
  const { store, content, disk, layout } = await filled()
  const root = temporaryFolder()
  const other = new DiskPieceStore({ disk, root, layout, createRoot: true })
  const second = contentOf(layout)
  await writeAll(other, layout, second)
  for (const at of [0, 1, 2]) {
    sameBytes(await readPiece(store, 0, at * block, block), content.subarray(at * block, (at + 1) * block))
    sameBytes(await readPiece(other, 0, at * block, block), second.subarray(at * block, (at + 1) * block))
  }
  assert.is(disk.extents.bytes, 2 * 256 * 1024)
  await store.close()
  assert.is(disk.extents.bytes, 256 * 1024)
  await other.close()
  assert.is(disk.extents.bytes, 0)
  await disk.close()
})

test('a failed extent rejects all who wait for it and is not kept', async () => {
  const { store, content, disk } = await filled()
  await readPiece(store, 0, 0, block)
  const stop = observeFileOperations((operation) => {
    if (operation === 'read') throw Object.assign(new Error('injected'), { code: 'EIO', errno: -5 })
  })
  const reads = [1, 2, 3].map((at) => rejection(readPiece(store, 0, at * block, block), 'disk_failed'))
  await Promise.all(reads)
  stop()
  assert.is(disk.extents.bytes, 0)
  sameBytes(await readPiece(store, 0, block, block), content.subarray(block, 2 * block))
  await disk.close()
})

test('an extent is forgotten with its last block, also one that is still being read', async () => {
  const { store, content, disk } = await filled()
  const all = Array.from({ length: pieceLength / block }, (_, at) => at)
  const blocks = await Promise.all(all.map((at) => readPiece(store, 0, at * block, block)))
  sameBytes(Buffer.concat(blocks), content.subarray(0, pieceLength))
  assert.is(disk.extents.bytes, 0)
  for (const at of all) sameBytes(await readPiece(store, 0, at * block, block), blocks[at] ?? Buffer.of())
  assert.is(disk.extents.bytes, 0)
  await disk.close()
})

test('the cache holds at most its bytes, and nothing in use makes room for more', async () => {
  const weight = 256 * 1024
  const cache = new ExtentCache(4 * weight)
  const gate = Promise.withResolvers<undefined>()
  const load = (key: string) => cache.load(key, 1000, () => gate.promise)
  assert.ok(load('a'))
  assert.ok(load('b'))
  assert.is(load('c'), undefined, 'half of it is being loaded')
  gate.resolve(undefined)
  await eventually(5000, 'both are there', () => cache.get('b')?.isLoaded)
  for (const key of ['c', 'd']) assert.ok(load(key))
  await eventually(5000, 'these are, too', () => cache.get('d')?.isLoaded)
  assert.is(load('e'), undefined)
  assert.is(cache.bytes, 4 * weight)
  cache.drop('a')
  assert.ok(load('e'))
})

test.run()
