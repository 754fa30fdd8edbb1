/** Blocks that somebody was asked for already, and that another peer may bring sooner. */
import type { PartialPiece, Run } from './partial-piece.ts'
import type { PeerShare } from './peer-share.ts'
import type { PieceOrder } from './piece-order.ts'

/** As many peers are asked for one block at the same time. */
const mostHolders = 3
/** Pieces looked at in one go; in the endgame they get fewer all the time. */
const mostLookedAt = 1000

/** For a peer with nothing else to do: blocks asked for no later than `askedBy`, of what was begun last first. */
export function idleDuplicates(
  order: PieceOrder,
  share: PeerShare,
  most: number,
  askedBy: number,
  now: number,
): Run[] {
  const runs: Run[] = []
  for (const partial of [...order.partials.values()].slice(-mostLookedAt).reverse()) {
    if (runs.length >= most) break
    if (order.isWanted(partial.piece) && order.alone.mayTake(partial.piece, share, now))
      takeDuplicates(partial, share, most, askedBy, now, runs)
  }
  return runs
}

/** For a peer that has other work: what a reader waits for, of the beginning of the windows first. */
export function windowDuplicates(
  order: PieceOrder,
  share: PeerShare,
  most: number,
  askedBy: number,
  now: number,
): Run[] {
  const runs: Run[] = []
  order.levels.visitWindows((piece) => {
    const partial = order.partials.get(piece)
    if (partial && order.alone.mayTake(piece, share, now))
      takeDuplicates(partial, share, most, askedBy, now, runs)
    return runs.length < most
  })
  return runs
}

function takeDuplicates(
  partial: PartialPiece<PeerShare>,
  share: PeerShare,
  most: number,
  askedBy: number,
  now: number,
  runs: Run[],
): void {
  if (!share.pieces.has(partial.piece)) return
  while (runs.length < most) {
    const run = partial.duplicate(share, mostHolders, askedBy, now)
    if (!run) return
    runs.push(run)
  }
}
