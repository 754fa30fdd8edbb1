import * as assert from 'uvu/assert'
import { PieceBuffers } from '../../../src/worker/session/engine/picker/piece-buffers.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/picker/piece-buffers')

test('a buffer that was given back is taken again, by its length', () => {
  const buffers = new PieceBuffers()
  const [one, other] = [buffers.take(1000), buffers.take(2000)]
  buffers.give(one)
  buffers.give(other)
  assert.is(buffers.take(2000), other)
  assert.is(buffers.take(1000), one)
  assert.is.not(buffers.take(1000), one)
  assert.is(buffers.spareBytes, 0)
})

test('no more is kept than may be', () => {
  const buffers = new PieceBuffers()
  const large = 16 * 1024 * 1024
  const taken = Array.from({ length: 6 }, () => buffers.take(large))
  for (const one of taken) buffers.give(one)
  assert.is(buffers.spareBytes, 4 * large)
  buffers.freeUnused()
  buffers.freeUnused()
})

test('what was not needed for a while is freed', () => {
  const buffers = new PieceBuffers()
  const taken = Array.from({ length: 4 }, () => buffers.take(1000))
  for (const one of taken) buffers.give(one)
  buffers.freeUnused() // from here on it is watched
  const needed = [buffers.take(1000), buffers.take(1000)]
  for (const one of needed) buffers.give(one)
  buffers.freeUnused()
  assert.is(buffers.spareBytes, 2000)
  buffers.freeUnused()
  assert.is(buffers.spareBytes, 0)
})

test.run()
