/** What to ask one peer for now: something new, or, when there is nothing, what others are slow to bring. */
import { idleDuplicates, windowDuplicates } from './duplicates.ts'
import type { Run } from './partial-piece.ts'
import type { PeerPipe } from './peer-pipe.ts'
import type { PieceOrder } from './piece-order.ts'

/** A peer without other work repeats what others were asked for so long ago; in the endgame at once. */
const repeatAfterMs = 10_000
/** A reader does not wait longer than that for one peer. */
const windowRepeatAfterMs = 2000
/** Repeated blocks are asked for in small portions: each may be asked for in vain. */
const repeatPortion = 32
const repeatBelow = 8
/** A peer that found nothing to repeat looks again after this time. */
const idleMs = 250

/** The requests to make, and how many of them repeat another peer's. */
export interface Choice {
  readonly runs: Run[]
  readonly duplicates: number
}

/**
 * Chooses for one peer, at most so many blocks; `isEndgame` says whether no peer can be given anything new.
 */
export function chooseRuns(
  order: PieceOrder,
  pipe: PeerPipe,
  most: number,
  isEndgame: () => boolean,
  now: number,
): Choice {
  const { wire, share } = pipe
  const room = pipe.room(most)
  if (!room) return { runs: [], duplicates: 0 }
  if (wire.peerChoking) {
    const allowed = wire.hasFast ? wire.peerAllowedFastSet : []
    return { runs: order.pickOf(allowed, share, room, now), duplicates: 0 }
  }
  const urgent = windowDuplicates(
    order,
    share,
    Math.min(room.runs, repeatPortion),
    now - windowRepeatAfterMs,
    now,
  )
  const fresh = order.pick(share, { ...room, runs: room.runs - urgent.length }, now)
  const runs = [...urgent, ...fresh]
  if (runs.length > 0) return { runs, duplicates: urgent.length }
  const repeated = repeat(order, pipe, Math.min(room.runs, repeatPortion), isEndgame, now)
  return { runs: repeated, duplicates: repeated.length }
}

function repeat(
  order: PieceOrder,
  pipe: PeerPipe,
  most: number,
  isEndgame: () => boolean,
  now: number,
): Run[] {
  if (now < pipe.idleUntil || pipe.wire.requests.length >= repeatBelow) return []
  const askedBy = isEndgame() ? now : now - repeatAfterMs
  const runs = idleDuplicates(order, pipe.share, most, askedBy, now)
  if (runs.length === 0) pipe.idleUntil = now + idleMs
  return runs
}
