/** Where a source that is no peer, such as a web seed, gets its work and hands in what it fetched. */
import { idleDuplicates } from './duplicates.ts'
import type { BlockSource } from './incoming-piece.ts'
import type { Run } from './partial-piece.ts'
import { PeerShare } from './peer-share.ts'
import type { PieceIntake } from './piece-intake.ts'
import type { PieceOrder } from './piece-order.ts'
import { PieceSet } from './piece-set.ts'
import { stretchFor } from './stretch.ts'

/** In the endgame: blocks of others that are asked for once more. */
const repeatPortion = 64
/** Without an endgame, blocks that others were asked for so long ago. */
const repeatAfterMs = 10_000

/** What a desk needs of its picker. */
export interface DeskSurroundings {
  readonly order: PieceOrder
  readonly intake: PieceIntake
  /** No peer that serves has a free block to give. */
  readonly isEndgame: () => boolean
  /** A block came that these were asked for, too. */
  readonly cancel: (shares: readonly PeerShare[], piece: number, block: number) => void
  readonly onRepeated: (blocks: number) => void
  /** There may be something to fetch for others. */
  readonly onFreed: () => void
  readonly onLeave: () => void
}

export class RangeDesk {
  /** Called whenever there may be something to take. */
  readonly offer: () => void
  readonly #near: DeskSurroundings
  readonly #share: PeerShare
  #next = 0

  constructor(pieceCount: number, near: DeskSurroundings, offer: () => void) {
    this.offer = offer
    this.#near = near
    this.#share = new PeerShare(pieceCount)
    near.order.swarm.replace(this.#share, PieceSet.all(pieceCount))
  }

  /** The disk is behind: nothing more should be read for now. */
  get isFull(): boolean {
    return this.#near.intake.isFull
  }

  /**
   * Blocks to fetch, ascending within a piece: whole pieces of at most `mostBlocks` blocks together, but one
   * piece at least, or what others are slow to bring. Empty when there is nothing to do.
   */
  take(mostBlocks: number): Run[] {
    const { order, isEndgame, onRepeated } = this.#near
    const now = performance.now()
    const pieces = stretchFor(order, this.#share, mostBlocks, this.#next)
    const last = pieces.at(-1)
    if (last === undefined) {
      const askedBy = isEndgame() ? now : now - repeatAfterMs
      const repeated = idleDuplicates(order, this.#share, repeatPortion, askedBy, now)
      onRepeated(repeated.length)
      return repeated.sort((a, b) => a.piece - b.piece || a.block - b.block)
    }
    this.#next = last + 1
    return order.pickOf(pieces, this.#share, { runs: mostBlocks, blocksPerRun: Number.MAX_SAFE_INTEGER }, now)
  }

  /** Hands in a whole block; the bytes are copied. `source` is told when its piece turns out bad. */
  arrived(piece: number, block: number, bytes: Uint8Array, source: BlockSource): void {
    const { order, intake, cancel } = this.#near
    const others = order.arrive(this.#share, piece, block)
    if (others === undefined) return
    if (others.length > 0) cancel(others, piece, block)
    intake.take(piece, block, bytes, source)
  }

  /** Gives blocks back that were taken and will not come. */
  giveBack(runs: readonly Run[]): void {
    for (const run of runs) this.#near.order.release(this.#share, run)
    this.#near.onFreed()
  }

  /** The source lacks these pieces. */
  lose(first: number, last: number): void {
    for (let piece = first; piece <= last; piece += 1) this.#near.order.swarm.lose(this.#share, piece)
  }

  /** Ends the desk; what was taken is to be given back before. */
  leave(): void {
    this.#near.order.swarm.leave(this.#share)
    this.#near.onLeave()
  }
}
