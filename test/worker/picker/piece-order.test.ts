import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { windowLevel } from '../../../src/worker/session/engine/picker/untouched-pieces.ts'
import { suite } from '../../support/suite.ts'
import { OrderTrial, type Step } from './order-trial.ts'

const test = suite('worker/session/engine/picker/piece-order')
const pieceCount = 19

const number = fc.nat(50)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('join' as const),
    pieces: fc.array(fc.boolean(), { minLength: pieceCount, maxLength: pieceCount }),
  }),
  fc.record({ type: fc.constantFrom('join all' as const, 'sequential' as const, 'rarest' as const) }),
  fc.record({ type: fc.constant('leave' as const), peer: number }),
  fc.record({ type: fc.constant('release' as const), peer: number }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant('deliver' as const), peer: number }) },
  fc.record({ type: fc.constantFrom('gain' as const, 'lose' as const), peer: number, piece: number }),
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pick' as const), peer: number, runs: fc.nat(9) }),
  },
  fc.record({ type: fc.constant('priority' as const), piece: number, priority: fc.nat(7) }),
  fc.record({ type: fc.constant('window' as const), owner: fc.nat(2), piece: number, count: fc.nat(4) }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('judge' as const), good: fc.boolean() }) },
)
const steps = fc.array(step, { maxLength: 60 })
const blocks = fc.integer({ min: 1, max: 5 })
const together = fc.integer({ min: 1, max: 4 })

test('whatever happens, the counts are right and no block is given out twice', () => {
  fc.assert(
    fc.property(blocks, together, steps, (perPiece, extent, happening) => {
      const trial = new OrderTrial(pieceCount, perPiece, extent)
      for (const each of happening) {
        trial.do(each)
        const [actual, expected] = trial.accounts()
        assert.equal(actual, expected)
      }
    }),
    { numRuns: 300 },
  )
})

test('whatever happened, every wanted piece comes in the end, and no other', () => {
  fc.assert(
    fc.property(blocks, together, steps, (perPiece, extent, happening) => {
      const trial = new OrderTrial(pieceCount, perPiece, extent)
      for (const each of happening) trial.do(each)
      const before = new Set([...trial.had, ...trial.complete])
      trial.finish()
      for (let piece = 0; piece < pieceCount; piece += 1)
        assert.is(trial.had.has(piece), before.has(piece) || trial.order.levels.of(piece) > 0)
    }),
    { numRuns: 300 },
  )
})

test('higher levels come first, and among equals the rarer pieces', () => {
  const priorities = fc.array(fc.nat(7), { minLength: pieceCount, maxLength: pieceCount })
  const parts = fc.array(fc.array(fc.boolean(), { minLength: pieceCount, maxLength: pieceCount }), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(
      priorities,
      parts,
      fc.nat(pieceCount - 1),
      together,
      (levels, others, windowStart, extent) => {
        const trial = new OrderTrial(pieceCount, 2, extent)
        trial.order.levels.setPriorities(Uint8Array.from(levels))
        trial.order.levels.setWindow('reader', windowStart, 3)
        for (const pieces of others) trial.do({ type: 'join', pieces })
        const counts = trial.order.swarm.availability()
        const levelOf = (piece: number): number => trial.order.levels.of(piece)
        trial.do({ type: 'join all' })
        trial.do({ type: 'pick', peer: trial.peers.length - 1, runs: pieceCount * 2 })
        const order = [...new Set(trial.given.map(({ piece }) => piece))]
        assert.is(order.length, levels.filter((_, piece) => levelOf(piece) > 0).length)
        for (const [place, piece] of order.slice(1).entries()) {
          const before = order[place] ?? -1
          assert.ok(levelOf(before) >= levelOf(piece))
          if (levelOf(before) !== levelOf(piece)) continue
          if (levelOf(piece) === windowLevel) assert.ok(before < piece)
          else assert.ok((counts[before] ?? 0) <= (counts[piece] ?? 0))
        }
      },
    ),
  )
})

test('in sequence pieces come by their index, also when they were given back', () => {
  const trial = new OrderTrial(100, 3)
  trial.do({ type: 'join all' })
  trial.do({ type: 'sequential' })
  trial.do({ type: 'pick', peer: 0, runs: 150 })
  trial.do({ type: 'leave', peer: 0 })
  const first = trial.given.splice(0).map(({ piece }) => piece)
  assert.equal(
    first,
    Array.from({ length: 150 }, (_, place) => Math.floor(place / 3)),
  )
  trial.do({ type: 'join all' })
  trial.do({ type: 'pick', peer: 0, runs: 300 })
  assert.equal(
    trial.given.map(({ piece }) => piece),
    Array.from({ length: 300 }, (_, place) => Math.floor(place / 3)),
  )
})

test('what was begun is finished before more is begun', () => {
  const trial = new OrderTrial(10, 8)
  trial.do({ type: 'join all' })
  trial.do({ type: 'join all' })
  trial.do({ type: 'pick', peer: 0, runs: 5 })
  trial.do({ type: 'pick', peer: 1, runs: 3 })
  assert.is(new Set(trial.given.map(({ piece }) => piece)).size, 1)
})

test('equally rare pieces come in another order to everyone', () => {
  const orderOf = (): string => {
    const trial = new OrderTrial(64, 1)
    trial.do({ type: 'join all' })
    trial.do({ type: 'pick', peer: 0, runs: 64 })
    return trial.given.map(({ piece }) => piece).join()
  }
  assert.is.not(orderOf(), orderOf())
})

test('small pieces of one extent come together where they are equally rare', () => {
  const trial = new OrderTrial(64, 2, 4)
  const has = Array.from({ length: 64 }, (_, piece) => piece % 8 !== 1)
  trial.do({ type: 'join all' })
  trial.do({ type: 'join', pieces: has })
  trial.do({ type: 'pick', peer: 0, runs: 16 }) // those that only the first has come first
  assert.ok(trial.given.splice(0).every(({ piece }) => piece % 8 === 1))
  trial.do({ type: 'pick', peer: 1, runs: 112 })
  const pieces = [...new Set(trial.given.map(({ piece }) => piece))]
  const extents = pieces.map((piece) => Math.floor(piece / 4))
  const starts = extents.filter((extent, place) => extent !== extents[place - 1])
  assert.is(starts.length, 16, 'each extent once')
  assert.is.not(starts.join(), starts.toSorted((one, other) => one - other).join())
})

test.run()
