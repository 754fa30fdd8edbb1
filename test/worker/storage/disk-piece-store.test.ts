import * as assert from 'uvu/assert'
import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { observeFileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { DiskPieceStore } from '../../../src/worker/session/storage/disk-piece-store.ts'
import { readPiece } from '../../../src/worker/session/storage/piece-store.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { contentOf, filesOf, pieceOf, rejection, sameBytes, storeOf, writeAll } from './fixture.ts'

const test = suite('worker/session/storage/disk-piece-store')

test('pieces cross files, padding stays off the disk, empty files are made and links are not', async () => {
  const root = join(temporaryFolder(), 'new')
  const files = filesOf(
    ['t/a', 1000],
    ['t/empty', 0],
    ['t/.pad/1', 24, 'padding'],
    ['t/link', 0, 'symlink'],
    ['t/b/c', 10],
    ['t/b/d', 5000],
  )
  const { store, layout, disk } = storeOf(root, files, 1024)
  const content = contentOf(layout)
  await store.createEmptyFiles()
  await writeAll(store, layout, content)
  for (const file of files.filter(({ length, padding }) => length > 0 && !padding))
    sameBytes(readFileSync(join(root, file.path)), content.subarray(file.offset, file.offset + file.length))
  assert.is(statSync(join(root, 't/empty')).size, 0)
  assert.not.ok(existsSync(join(root, 't/.pad')))
  assert.not.ok(existsSync(join(root, 't/link')))
  for (let index = 0; index < layout.pieceCount; index += 1) {
    const piece = pieceOf(content, layout, index)
    sameBytes(await readPiece(store, index, 0, piece.length), piece)
    sameBytes(await readPiece(store, index, 7, 100), piece.subarray(7, 107))
  }
  await store.close()
  await disk.close()
})

test('a range outside the piece and a piece of the wrong size are refused', async () => {
  const { store } = storeOf(temporaryFolder(), filesOf(['a', 100]), 64)
  for (const [index, offset, length] of [
    [0, 0, 65],
    [0, 64, 1],
    [1, 30, 10],
    [2, 0, 1],
    [-1, 0, 1],
    [0.5, 0, 1],
    [0, -1, 2],
    [0, 1, -1],
    [0, NaN, 1],
    [NaN, 0, 1],
  ] as const)
    await rejection(readPiece(store, index, offset, length), 'invalid_parameter')
  await rejection(store.write(0, new Uint8Array(63)), 'invalid_parameter')
  await rejection(store.write(1, new Uint8Array(64)), 'invalid_parameter')
})

test('reading a file that was cut or deleted is files_changed and names it by its relative path', async () => {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['t/a', 100], ['t/b', 100]), 64)
  await writeAll(store, layout, contentOf(layout))
  truncateSync(join(root, 't/b'), 50)
  assert.is((await readPiece(store, 2, 0, 22)).length, 22)
  const error = await rejection(readPiece(store, 2, 0, 64), 'files_changed')
  assert.match(error.message, 't/b')
  assert.not.match(error.message, root)
  await disk.close()
  rmSync(join(root, 't/a'))
  await rejection(readPiece(store, 0, 0, 64), 'files_changed')
  await disk.close()
})

test('a file with data that vanished is not made anew by a write, nor is the root', async () => {
  const root = join(temporaryFolder(), 'root')
  const { store, layout, disk } = storeOf(root, filesOf(['a', 128], ['b', 64]), 64)
  const content = contentOf(layout)
  await store.write(0, pieceOf(content, layout, 0))
  await disk.close()
  rmSync(join(root, 'a'))
  await rejection(store.write(1, pieceOf(content, layout, 1)), 'files_changed')
  assert.not.ok(existsSync(join(root, 'a')))
  renameSync(root, `${root}-unmounted`)
  await rejection(store.write(2, pieceOf(content, layout, 2)), 'files_changed')
  assert.not.ok(existsSync(root))
  const known = new DiskPieceStore({ disk, root, layout, createRoot: true, existing: new Set([0]) })
  await rejection(known.write(0, pieceOf(content, layout, 0)), 'files_changed')
  await disk.close()
})

test('sync returns the identities of the files written since the last one', async () => {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['t/a', 64], ['t/u/b', 64], ['c', 64]), 64)
  const content = contentOf(layout)
  const synced: string[] = []
  await store.write(1, pieceOf(content, layout, 1))
  await store.write(0, pieceOf(content, layout, 0))
  assert.is(store.unsyncedBytes, 128)
  const stop = observeFileOperations((operation, [fd]) => {
    if (operation === 'fsync') synced.push(String(fd))
  })
  const { files } = await store.sync()
  stop()
  assert.is(store.unsyncedBytes, 0)
  assert.is(synced.length, 2 + 3, 'two files and the folders "", t and t/u')
  for (const file of files) {
    const stat = statSync(join(root, file.path), { bigint: true })
    assert.equal(
      [file.size, file.mtimeNs, file.ino],
      [Number(stat.size), stat.mtimeNs, stat.ino],
      'as on the disk',
    )
  }
  assert.equal(
    files.map(({ index, path }) => [index, path]),
    [
      [0, 't/a'],
      [1, 't/u/b'],
    ],
  )
  assert.equal((await store.sync()).files, [])
  await store.write(2, pieceOf(content, layout, 2))
  await store.close()
  assert.equal(
    (await store.sync()).files.map(({ path }) => path),
    ['c'],
    'also after close',
  )
  assert.equal([...store.written], [1, 0, 2])
  await disk.close()
})

test('a failed sync fails every later one of the run', async () => {
  const { store, layout, disk } = storeOf(temporaryFolder(), filesOf(['a', 128]), 64)
  const content = contentOf(layout)
  await store.write(0, pieceOf(content, layout, 0))
  const stop = observeFileOperations((operation) => {
    if (operation === 'fsync') throw Object.assign(new Error('injected'), { code: 'EIO', errno: -5 })
  })
  await rejection(store.sync(), 'disk_failed')
  stop()
  await store.write(1, pieceOf(content, layout, 1))
  await rejection(store.sync(), 'disk_failed')
  await disk.close()
})

test('a file deleted while it is open is files_changed at the sync', async () => {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['a', 64]), 64)
  await store.write(0, contentOf(layout))
  rmSync(join(root, 'a'))
  await rejection(store.sync(), 'files_changed')
  await disk.close()
})

test('close waits for what is under way, then refuses', async () => {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['a', 6400]), 64)
  const content = contentOf(layout)
  const writes = writeAll(store, layout, content)
  await store.close()
  await writes
  sameBytes(readFileSync(join(root, 'a')), content)
  await rejection(store.write(0, pieceOf(content, layout, 0)), 'disk_failed')
  await rejection(readPiece(store, 0, 0, 1), 'disk_failed')
  await disk.close()
})

test('a write that the disk takes in parts is completed', async () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'a'), '')
  const { store, layout, disk } = storeOf(root, filesOf(['a', 64]), 64)
  const whole = disk.operations.write.bind(disk.operations)
  disk.operations.write = (fd, bytes, position) => whole(fd, bytes.subarray(0, 10), position)
  const content = contentOf(layout)
  await store.write(0, content)
  sameBytes(readFileSync(join(root, 'a')), content)
  await disk.close()
})

test('several pieces are written at once, and what was read ahead of each is forgotten', async () => {
  const root = temporaryFolder()
  const { store, layout, disk } = storeOf(root, filesOf(['a', 150], ['b', 490]), 64)
  const content = contentOf(layout)
  await store.write(0, Buffer.alloc(layout.length))
  const readAll = (): Promise<Uint8Array[]> =>
    Promise.all(Array.from({ length: 10 }, (_, index) => readPiece(store, index, 0, 32)))
  for (const piece of await readAll()) assert.ok(piece.every((byte) => byte === 0))
  await store.write(0, content.subarray(0, 192))
  await store.write(3, content.subarray(192))
  for (const [index, piece] of (await readAll()).entries())
    sameBytes(piece, content.subarray(index * 64, index * 64 + 32))
  sameBytes(readFileSync(join(root, 'b')), content.subarray(150))
  for (const length of [0, 63, 100, 65, 200])
    await rejection(store.write(8, content.subarray(0, length)), 'invalid_parameter')
  await disk.close()
})

test.run()
