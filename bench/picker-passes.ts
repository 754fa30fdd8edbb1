/** The pure part of the picker alone, with the largest swarm that it must bear: what its slowest steps take. */
import { idleDuplicates } from '../src/worker/session/engine/picker/duplicates.ts'
import { Passes } from '../src/worker/session/engine/picker/passes.ts'
import type { Run } from '../src/worker/session/engine/picker/partial-piece.ts'
import { PeerShare } from '../src/worker/session/engine/picker/peer-share.ts'
import { PieceOrder } from '../src/worker/session/engine/picker/piece-order.ts'
import { PieceSet } from '../src/worker/session/engine/picker/piece-set.ts'

const room = { runs: 250, blocksPerRun: 1 }

/** Milliseconds of the slowest steps of a whole download in which each peer has a random part of the pieces. */
export interface PassCosts {
  /** A pass over all peers, each with its pipeline empty. */
  readonly pass: number
  /** A pass in which all peers look for blocks of others to repeat. */
  readonly repeat: number
  /** A peer that comes with its bitfield. */
  readonly join: number
}

/** Runs the download; one block for each piece, which is the most work per byte. */
export async function passCosts({ pieces, peers }: { pieces: number; peers: number }): Promise<PassCosts> {
  const order = new PieceOrder({ pieceCount: pieces, blocksOf: () => 1, has: () => false })
  const shares = Array.from({ length: peers }, () => new PeerShare(pieces))
  const join = shares.map((share, nth) =>
    time(() => order.swarm.replace(share, nth === 0 ? PieceSet.all(pieces) : someOf(pieces, nth / peers))),
  )
  const asked: [PeerShare, Run[]][] = []
  const picks = new Passes(
    () => [...shares],
    (share: PeerShare) => asked.push([share, order.pick(share, room, 0)]),
  )
  const repeats = new Passes(
    () => [...shares],
    (share: PeerShare) => idleDuplicates(order, share, 32, -1, 0),
  )
  for (let left = pieces; left > 0;) {
    picks.request()
    while (asked.length < peers) await nextTurn()
    repeats.request()
    await nextTurn()
    for (const [share, runs] of asked.splice(0)) {
      for (const { piece, block } of runs) {
        order.arrive(share, piece, block)
        order.verified(piece)
      }
      left -= runs.length
    }
  }
  return {
    pass: round1(picks.longestMs),
    repeat: round1(repeats.longestMs),
    join: round1(Math.max(...join)),
  }
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

function someOf(pieces: number, part: number): PieceSet {
  const set = PieceSet.of(pieces)
  for (let piece = 0; piece < pieces; piece += 1) if (Math.random() < part) set.add(piece)
  return set
}

function time(step: () => void): number {
  const startedAt = performance.now()
  step()
  return performance.now() - startedAt
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
