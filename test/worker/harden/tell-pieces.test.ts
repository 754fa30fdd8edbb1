/** What a peer said of its pieces before anybody knew them is held against them when they are known. */
import Wire from 'bittorrent-protocol'
import * as assert from 'uvu/assert'
import { hardenWires } from '../../../src/worker/session/engine/harden/harden-wires.ts'
import { tellPieces } from '../../../src/worker/session/engine/harden/tell-pieces.ts'
import { guardOf, type WireGuard } from '../../../src/worker/session/engine/harden/wire-guard.ts'
import { suite } from '../../support/suite.ts'

const test = suite('worker/session/engine/harden/tell-pieces')
hardenWires()

/** Ten pieces, of which the first is there. */
const pieces = [null, ...Array.from({ length: 9 }, () => ({}))]
const torrent = { pieces, pieceLength: 16_384, length: 10 * 16_384 } as Parameters<typeof tellPieces>[0]

/** A wire whose peer had said this when the pieces became known. */
function toldAfter(said: Partial<WireGuard>) {
  const wire = new Wire('tcpOutgoing')
  Object.assign(guardOf(wire), said)
  tellPieces(torrent, wire)
  return wire
}

const unsound: Record<string, Partial<WireGuard>> = {
  'a bitfield that is too short': { bitfield: Buffer.alloc(1) },
  'a bitfield that is too long': { bitfield: Buffer.alloc(3) },
  'a bitfield with a bit behind the last piece': { bitfield: Buffer.from([0, 0b00100000]) },
  'a piece behind the last one': { highestPiece: 10 },
}

for (const [what, said] of Object.entries(unsound))
  test(`a peer that said ${what} is dropped`, () => assert.ok(guardOf(toldAfter(said)).isEnded))

test('a peer that said what fits stays, and may ask for what is there', () => {
  const wire = toldAfter({ bitfield: Buffer.from([0xff, 0b11000000]), highestPiece: 9 })
  const { has, facts, isEnded } = guardOf(wire)
  assert.not.ok(isEnded)
  assert.equal([has(0), has(1)], [true, false])
  assert.equal(facts, { pieceCount: 10, pieceLength: 16_384, length: 10 * 16_384 })
  wire.destroy()
})

test('nothing is judged before the pieces are known', () => {
  const wire = new Wire('tcpOutgoing')
  guardOf(wire).highestPiece = 10
  tellPieces({ ...torrent, pieces: [] }, wire)
  assert.not.ok(guardOf(wire).isEnded)
  wire.destroy()
})

test.run()
