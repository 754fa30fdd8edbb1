/**
 * Which pieces a source that sends long ranges, such as a web seed, is asked for: the begun ones that nobody
 * is asked for any more, then neighbours that nobody has begun, whatever their rarity.
 */
import type { PeerShare } from './peer-share.ts'
import type { PieceOrder } from './piece-order.ts'

/** Begun pieces in one stretch: each is a request of its own. */
const mostBegun = 8

/**
 * Pieces of one level, the highest that has any, from `from` on and then from the beginning; at least one
 * where there is any, and otherwise at most `mostBlocks` blocks together.
 */
export function stretchFor(
  order: PieceOrder,
  share: PeerShare,
  mostBlocks: number,
  from: number,
): readonly number[] {
  if (order.swarm.wantedOf(share) === 0) return []
  const { abandoned, begun } = begunFor(order, share)
  const untouched = untouchedFor(order, share, from)
  const levelOf = (piece: number | undefined): number => (piece === undefined ? 0 : order.levels.of(piece))
  const [ofAbandoned, ofUntouched, ofBegun] = [abandoned[0], untouched, begun[0]].map(levelOf)
  const highest = Math.max(ofAbandoned ?? 0, ofUntouched ?? 0, ofBegun ?? 0)
  if (ofAbandoned === highest) return abandoned.slice(0, mostBegun)
  if (untouched !== undefined && ofUntouched === highest)
    return neighbours(order, share, untouched, mostBlocks)
  return begun.slice(0, mostBegun)
}

/** Begun pieces with free blocks, of the highest level of each kind: abandoned by all, or still asked for. */
function begunFor(order: PieceOrder, share: PeerShare): { abandoned: number[]; begun: number[] } {
  const abandoned: number[] = []
  const begun: number[] = []
  for (const { piece, hasFree, isAbandoned } of order.partials.values()) {
    if (!hasFree || !share.pieces.has(piece) || !order.isWanted(piece)) continue
    ;(isAbandoned ? abandoned : begun).push(piece)
  }
  const highest = (pieces: number[]): number[] => {
    const level = Math.max(...pieces.map((piece) => order.levels.of(piece)))
    return pieces.filter((piece) => order.levels.of(piece) === level)
  }
  return { abandoned: highest(abandoned), begun: highest(begun) }
}

/** The first untouched piece of the highest level that has any. */
function untouchedFor(order: PieceOrder, share: PeerShare, from: number): number | undefined {
  if (order.swarm.untouchedOf(share) === 0) return undefined
  const { pieceCount } = share.pieces
  let best: number | undefined
  let bestLevel = 0
  for (let step = 0; step < pieceCount; step += 1) {
    const piece = (from + step) % pieceCount
    if (order.levels.of(piece) <= bestLevel || !order.isUntouched(piece) || !share.pieces.has(piece)) continue
    best = piece
    bestLevel = order.levels.of(piece)
  }
  return best
}

function neighbours(order: PieceOrder, share: PeerShare, first: number, mostBlocks: number): number[] {
  const level = order.levels.of(first)
  const pieces = [first]
  let blocks = order.blocksOf(first)
  for (let piece = first + 1; piece < share.pieces.pieceCount; piece += 1) {
    blocks += order.blocksOf(piece)
    if (blocks > mostBlocks || !order.isUntouched(piece) || !share.pieces.has(piece)) break
    if (order.levels.of(piece) !== level) break
    pieces.push(piece)
  }
  return pieces
}
