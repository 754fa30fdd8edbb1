import * as assert from 'uvu/assert'
import { randomBytes } from 'node:crypto'
import { MemoryBudget, MemoryPieceStore } from '../../../src/worker/session/storage/memory-piece-store.ts'
import { readPiece } from '../../../src/worker/session/storage/piece-store.ts'
import { suite } from '../../support/suite.ts'
import { rejection, sameBytes } from './fixture.ts'

const test = suite('worker/session/storage/memory-piece-store')

test('a piece comes back whole and in parts, as a copy', async () => {
  const store = new MemoryPieceStore({ length: 100, pieceLength: 64 }, new MemoryBudget(100))
  const [first, last] = [randomBytes(64), randomBytes(36)]
  await store.write(0, first)
  await store.write(1, last)
  ;(await readPiece(store, 0, 0, 64)).fill(0)
  sameBytes(await readPiece(store, 0, 0, 64), first)
  sameBytes(await readPiece(store, 1, 30, 6), last.subarray(30))
  await rejection(readPiece(store, 1, 30, 7), 'invalid_parameter')
  await rejection(store.write(1, first), 'invalid_parameter')
  assert.equal(await store.sync(), { files: [] })
})

test('a piece that is not held is files_changed', async () => {
  const store = new MemoryPieceStore({ length: 100, pieceLength: 64 }, new MemoryBudget(100))
  await rejection(readPiece(store, 0, 0, 1), 'files_changed')
})

test('torrents share one budget, past which a write is insufficient_space; close gives it back', async () => {
  const budget = new MemoryBudget(128)
  const one = new MemoryPieceStore({ length: 128, pieceLength: 64 }, budget)
  const other = new MemoryPieceStore({ length: 128, pieceLength: 64 }, budget)
  const piece = randomBytes(64)
  await one.write(0, piece)
  await one.write(0, piece)
  await other.write(0, piece)
  await rejection(other.write(1, piece), 'insufficient_space')
  assert.is(budget.used, 128)
  await one.close()
  await other.write(1, piece)
  sameBytes(await readPiece(other, 1, 0, 64), piece)
  await rejection(one.write(0, piece), 'disk_failed')
  await other.close()
  assert.is(budget.used, 0)
})

test.run()
