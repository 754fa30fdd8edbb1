import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { PieceSet } from '../../../src/worker/session/engine/picker/piece-set.ts'
import { suite } from '../../support/suite.ts'
import { bitsOf } from './order-trial.ts'

const test = suite('worker/session/engine/picker/piece-set')

test('it holds what was added and not deleted', () => {
  const change = fc.record({ add: fc.boolean(), piece: fc.nat(24) })
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      fc.array(change),
      (start, changes) => {
        const set = PieceSet.of(start.length, bitsOf(start))
        const model = new Set([...start.keys()].filter((piece) => start[piece]))
        for (const { add, piece } of changes) {
          const isIn = model.has(piece)
          assert.is(add ? set.add(piece) : set.delete(piece), piece < start.length && add !== isIn)
          if (add && piece < start.length) model.add(piece)
          else model.delete(piece)
        }
        const found: number[] = []
        set.each((piece) => found.push(piece))
        assert.equal(new Set(found), model)
        assert.is(set.size, model.size)
      },
    ),
  )
})

test('bits past the last piece count for nothing', () => {
  const set = PieceSet.of(3, Uint8Array.of(0xff, 0xff))
  assert.ok(set.isAll)
  assert.is(PieceSet.of(3, Uint8Array.of(0x5f)).size, 1)
  assert.is(PieceSet.of(30, Uint8Array.of(0x80)).size, 1)
})

test.run()
