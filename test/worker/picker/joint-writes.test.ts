import fc from 'fast-check'
import * as assert from 'uvu/assert'
import type { ProvedRun } from '../../../src/worker/session/engine/picker/joint-pieces.ts'
import { JointWrites, piecesTogether } from '../../../src/worker/session/engine/picker/joint-writes.ts'
import { eventually, suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/picker/joint-writes')

const pieceLength = 64 * 1024
const perExtent = piecesTogether(pieceLength)
const pieceCount = 2 * perExtent + 3
const lastLength = 1000

/** Pieces that come in, each filled with its number, and what of them was written. */
class Intake {
  readonly written: string[] = []
  readonly awaited = new Set<number>()
  readonly #incoming = new Map<number, Uint8Array>()
  readonly #unfinished: (() => void)[] = []
  readonly joint: JointWrites

  constructor() {
    this.joint = new JointWrites({
      pieceCount,
      pieceLength,
      lengthOf: (piece) => (piece === pieceCount - 1 ? lastLength : pieceLength),
      isAwaited: (piece) => this.awaited.has(piece),
      write: (run, done) => {
        this.written.push(this.#look(run))
        this.#unfinished.push(done)
      },
    })
  }

  begin(...pieces: number[]): this {
    for (const piece of pieces) this.awaited.add(piece)
    for (const piece of pieces) {
      const bytes = this.joint.begin(piece)
      assert.is(bytes.length, piece === pieceCount - 1 ? lastLength : pieceLength)
      this.#incoming.set(piece, bytes.fill(piece))
    }
    return this
  }

  prove(...pieces: number[]): this {
    for (const piece of pieces) {
      assert.ok(isFilled(this.#incoming.get(piece), piece))
      this.awaited.delete(piece)
      this.joint.prove(piece)
    }
    return this
  }

  refuse(piece: number): this {
    this.awaited.delete(piece)
    this.joint.refuse(piece)
    return this
  }

  finishWrites(): void {
    for (const done of this.#unfinished.splice(0)) done()
  }

  #look({ first, count, bytes }: ProvedRun): string {
    const end = first + count
    assert.is(bytes.length, end === pieceCount ? (count - 1) * pieceLength + lastLength : count * pieceLength)
    for (let piece = first; piece < end; piece += 1) {
      const start = (piece - first) * pieceLength
      assert.ok(isFilled(bytes.subarray(start, start + pieceLength), piece))
    }
    return `${first}-${end - 1}`
  }
}

function isFilled(bytes: Uint8Array | undefined, byte: number): boolean {
  return bytes !== undefined && Buffer.alloc(bytes.length, byte).equals(bytes)
}

test('pieces of one extent that were begun together are written by one write', () => {
  const intake = new Intake()
  const [first, ...others] = Array.from({ length: perExtent }, (_, index) => index)
  intake.begin(0, ...others, perExtent).prove(...others.toReversed())
  assert.equal(intake.written, [])
  intake.prove(first ?? 0)
  assert.equal(intake.written, [`0-${perExtent - 1}`])
  intake.prove(perExtent)
  assert.equal(intake.written.slice(1), [`${perExtent}-${perExtent}`])
})

test('a piece does not wait for one that was begun later, nor a large one for any', () => {
  const intake = new Intake()
  intake.begin(1).begin(2, 3).prove(2, 1, 3)
  assert.equal(intake.written, ['1-1', '2-3'])
  assert.is(piecesTogether(1024 * 1024), 1)
})

test('what surrounds a bad piece is written without it, and it may come again', () => {
  const intake = new Intake()
  intake.begin(4, 5, 6).prove(4).refuse(5).prove(6)
  assert.equal(intake.written, ['4-4', '6-6'])
  intake.begin(5).prove(5)
  assert.equal(intake.written.slice(2), ['5-5'])
})

test('what waits for others too long is written without them', async () => {
  const intake = new Intake()
  intake.awaited.add(1).add(2).add(3)
  intake.begin(1, 2).prove(1) // nothing comes of 3
  await eventually(5000, 'the first is written', () => intake.written.length > 0)
  intake.prove(2).begin(3).prove(3)
  assert.equal(intake.written, ['1-1', '2-2', '3-3'])
})

test('whatever comes in whatever order, each piece is written once, from memory that nobody else has', () => {
  const pieces = fc.shuffledSubarray(Array.from({ length: pieceCount }, (_, index) => index))
  const rounds = fc.array(fc.record({ pieces, order: fc.infiniteStream(fc.nat()), bad: fc.nat(5) }), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(rounds, (all) => {
      const intake = new Intake()
      for (const { pieces: begun, order, bad } of all) {
        intake.begin(...begun)
        const left = [...begun]
        for (let at = 0; left.length > 0; at += 1) {
          const [piece = 0] = left.splice((order.next().value ?? 0) % left.length, 1)
          if (at === bad) intake.refuse(piece)
          else intake.prove(piece)
        }
        if (bad % 2 === 0) intake.finishWrites()
        const written = intake.written.splice(0).flatMap((run) => {
          const [first = 0, last = 0] = run.split('-').map(Number)
          return Array.from({ length: last - first + 1 }, (_, index) => first + index)
        })
        assert.is(written.length, bad < begun.length ? begun.length - 1 : begun.length)
        assert.is(new Set(written).size, written.length)
      }
    }),
    { numRuns: 50 },
  )
})

test.run()
