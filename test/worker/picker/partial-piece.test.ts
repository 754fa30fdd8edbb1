import * as assert from 'uvu/assert'
import { PartialPiece } from '../../../src/worker/session/engine/picker/partial-piece.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/picker/partial-piece')

test('a run ends where blocks are not free', () => {
  const partial = new PartialPiece<string>(7, 6)
  assert.equal(partial.take('one', 2, 0), { piece: 7, block: 0, count: 2 })
  assert.equal(partial.take('two', 1, 0), { piece: 7, block: 2, count: 1 })
  partial.release('one', 0)
  partial.release('one', 1)
  assert.equal(partial.take('web', 99, 0), { piece: 7, block: 0, count: 2 })
  assert.equal(partial.take('web', 99, 0), { piece: 7, block: 3, count: 3 })
  assert.is(partial.take('web', 99, 0), undefined)
})

test('a repeated block names the others when it comes', () => {
  const partial = new PartialPiece<string>(0, 2)
  partial.take('slow', 2, 100)
  assert.is(partial.duplicate('slow', 3, 100, 200), undefined)
  assert.is(partial.duplicate('fast', 3, 99, 200), undefined)
  assert.equal(partial.duplicate('fast', 3, 100, 200), { piece: 0, block: 1, count: 1 })
  assert.equal(partial.arrive('fast', 1), ['slow'])
  assert.is(partial.arrive('slow', 1), undefined)
  assert.equal(partial.arrive('slow', 0), [])
  assert.ok(partial.isComplete)
})

test('a repeated block that came is not given back by those who were asked, too', () => {
  const partial = new PartialPiece<string>(0, 2)
  partial.take('slow', 2, 0)
  partial.duplicate('fast', 3, 0, 0)
  partial.duplicate('third', 3, 0, 0)
  assert.equal(partial.arrive('fast', 1), ['slow', 'third'])
  partial.release('slow', 1)
  partial.release('third', 1)
  assert.not.ok(partial.hasFree)
  partial.duplicate('fast', 3, 0, 0)
  partial.release('slow', 0)
  assert.not.ok(partial.hasFree)
  partial.release('fast', 0)
  partial.release('fast', 0)
  assert.equal(partial.take('third', 2, 0), { piece: 0, block: 0, count: 1 })
  assert.not.ok(partial.hasFree)
})

test('no more peers are asked for a block than may be', () => {
  const partial = new PartialPiece<string>(0, 1)
  partial.take('one', 1, 0)
  assert.ok(partial.duplicate('two', 2, 0, 0))
  assert.is(partial.duplicate('three', 2, 0, 0), undefined)
  partial.release('one', 0)
  assert.not.ok(partial.hasFree)
  partial.release('two', 0)
  assert.ok(partial.hasFree && partial.isUntouched)
})

test('a block that was given back counts when it comes all the same', () => {
  const partial = new PartialPiece<string>(0, 2)
  partial.take('one', 2, 0)
  partial.release('one', 0)
  assert.equal(partial.arrive('one', 0), [])
  assert.not.ok(partial.hasFree)
  partial.arrive('one', 1)
  assert.ok(partial.isComplete)
})

test.run()
