/**
 * Which blocks to ask of whom. It knows every piece's level and stage, what the peers have and who is asked
 * for what; it knows no wire and no clock. One object for each torrent, driven by the adapter.
 *
 * Stages: untouched → begun (a block was given out) → complete (all blocks arrived) → had (verified).
 * A begun piece of which nothing arrived and nothing is asked is untouched again; so is a complete one whose
 * hash does not fit.
 */
import { InSequence } from './in-sequence.ts'
import { LoneWork } from './lone-work.ts'
import type { PieceOrderOptions } from './order-options.ts'
import { PartialPiece, type Run } from './partial-piece.ts'
import type { PeerShare } from './peer-share.ts'
import { PieceLevels } from './piece-levels.ts'
import { RarestFirst } from './rarest-first.ts'
import { SwarmPieces } from './swarm-pieces.ts'
import { windowLevel, type UntouchedPieces } from './untouched-pieces.ts'

const [untouched, begun, complete, had] = [0, 1, 2, 3] as const

/** How much to pick for a peer: requests, and blocks in each of them. */
export interface Room {
  readonly runs: number
  readonly blocksPerRun: number
}

export class PieceOrder {
  readonly alone = new LoneWork()
  readonly levels: PieceLevels
  readonly swarm: SwarmPieces
  readonly #options: PieceOrderOptions
  readonly #stages: Uint8Array
  readonly #partials = new Map<number, PartialPiece<PeerShare>>()
  /** Begun pieces with free blocks, by level. */
  readonly #hungry: Set<PartialPiece<PeerShare>>[]
  #queue: UntouchedPieces

  constructor(options: PieceOrderOptions) {
    const { pieceCount } = options
    this.#options = options
    this.#stages = new Uint8Array(pieceCount)
    this.#hungry = Array.from({ length: windowLevel + 1 }, () => new Set())
    this.levels = new PieceLevels(pieceCount, (piece, before, after) => this.#relevel(piece, before, after))
    this.swarm = new SwarmPieces({
      pieceCount,
      isWanted: (piece) => this.isWanted(piece),
      isUntouched: (piece) => this.isUntouched(piece),
      onAvailability: (piece) => {
        if (this.isUntouched(piece)) this.#queue.rank(piece, this.swarm.rank(piece))
      },
    })
    this.#queue = this.#makeQueue(false)
    for (let piece = 0; piece < pieceCount; piece += 1) {
      if (options.has(piece)) this.#stages[piece] = had
      else this.swarm.countWanted(piece, 1)
      if (!options.has(piece)) this.#enqueue(piece)
    }
  }

  /** Begun pieces, those begun last at the end. */
  get partials(): ReadonlyMap<number, PartialPiece<PeerShare>> {
    return this.#partials
  }

  /** Wanted by its level and not there yet. */
  isWanted(piece: number): boolean {
    return this.#stages[piece] !== had && this.levels.of(piece) > 0
  }

  isComplete(piece: number): boolean {
    return this.#stages[piece] === complete
  }

  /** Wanted, and no block of it was given out. */
  isUntouched(piece: number): boolean {
    return this.#stages[piece] === untouched && this.levels.of(piece) > 0
  }

  blocksOf(piece: number): number {
    return this.#options.blocksOf(piece)
  }

  /** Pieces in the order of their index, or the rarest first. */
  setSequential(sequential: boolean): void {
    this.#queue = this.#makeQueue(sequential)
    for (let piece = 0; piece < this.#stages.length; piece += 1)
      if (this.isUntouched(piece)) this.#queue.add(piece, this.levels.of(piece), this.swarm.rank(piece))
  }

  /** Gives out free blocks that the peer has: windows, then by level begun pieces before untouched ones. */
  pick(share: PeerShare, room: Room, now: number): Run[] {
    const runs: Run[] = []
    if (this.swarm.wantedOf(share) === 0) return runs
    this.levels.visitWindows((piece) => {
      if (share.pieces.has(piece)) this.#takeFrom(piece, share, room, now, runs)
      return runs.length < room.runs
    })
    runs.push(...this.pickOf([...this.alone.bad], share, { ...room, runs: room.runs - runs.length }, now))
    for (let level = windowLevel; level > 0 && runs.length < room.runs; level -= 1) {
      for (const { piece } of this.#hungry[level] ?? [])
        if (share.pieces.has(piece)) this.#takeFrom(piece, share, room, now, runs)
      for (const piece of this.#untouchedFor(share, level, room, room.runs - runs.length))
        this.#takeFrom(piece, share, room, now, runs)
    }
    return runs
  }

  /** Gives out free blocks of these pieces only. */
  pickOf(pieces: readonly number[], share: PeerShare, room: Room, now: number): Run[] {
    const runs: Run[] = []
    for (const piece of pieces)
      if (share.pieces.has(piece) && this.isWanted(piece)) this.#takeFrom(piece, share, room, now, runs)
    return runs
  }

  /** Whether the peer has a free block that is wanted. */
  hasFreeFor(share: PeerShare): boolean {
    if (this.swarm.untouchedOf(share) > 0) return true
    for (let level = windowLevel; level > 0; level -= 1)
      for (const { piece } of this.#hungry[level] ?? []) if (share.pieces.has(piece)) return true
    return false
  }

  /** The peer will not send these blocks. */
  release(share: PeerShare, { piece, block, count }: Run): void {
    const partial = this.#partials.get(piece)
    if (!partial) return
    this.alone.released(piece, share)
    for (let each = block; each < block + count; each += 1) partial.release(share, each)
    if (partial.isUntouched) {
      this.#end(partial, untouched)
      this.#enqueue(piece)
    } else this.#sortIn(partial)
  }

  /** A block came: the other peers that were asked for it, or undefined when it is of no use. */
  arrive(share: PeerShare, piece: number, block: number): PeerShare[] | undefined {
    const partial = this.#partials.get(piece)
    const others = partial?.arrive(share, block)
    if (others) this.alone.sent(piece, share)
    if (partial?.isComplete) this.#end(partial, complete)
    else if (partial) this.#sortIn(partial)
    return others
  }

  /** The piece is there and its hash fits. */
  verified(piece: number): void {
    if (this.#stages[piece] === had) return
    this.alone.verified(piece)
    const partial = this.#partials.get(piece)
    if (partial) this.#end(partial, complete)
    if (this.isUntouched(piece)) this.#dequeue(piece)
    if (this.isWanted(piece)) this.swarm.countWanted(piece, -1)
    this.#stages[piece] = had
  }

  /** The hash of a complete piece does not fit: all of it is to be asked again. */
  failed(piece: number): void {
    if (this.#stages[piece] !== complete) return
    this.#stages[piece] = untouched
    this.alone.failed(piece)
    this.#enqueue(piece)
  }

  #makeQueue(sequential: boolean): UntouchedPieces {
    const { pieceCount, random = Math.random, piecesTogether } = this.#options
    return sequential ? new InSequence(pieceCount) : new RarestFirst(pieceCount, random, piecesTogether)
  }

  #enqueue(piece: number): void {
    const level = this.levels.of(piece)
    if (level === 0) return
    this.#queue.add(piece, level, this.swarm.rank(piece))
    this.swarm.countUntouched(piece, 1)
  }

  #dequeue(piece: number): void {
    this.#queue.remove(piece)
    this.swarm.countUntouched(piece, -1)
  }

  #relevel(piece: number, before: number, after: number): void {
    const stage = this.#stages[piece]
    if (stage === had) return
    if (stage === untouched && before > 0) this.#dequeue(piece)
    if (stage === untouched) this.#enqueue(piece)
    if (before === 0 || after === 0) this.swarm.countWanted(piece, after === 0 ? -1 : 1)
    const partial = this.#partials.get(piece)
    if (partial && this.#hungry[before]?.delete(partial)) this.#sortIn(partial)
  }

  /** Untouched pieces of a level that the peer has, enough to fill the room. */
  #untouchedFor(share: PeerShare, level: number, { blocksPerRun }: Room, runs: number): Set<number> {
    const found = new Set<number>()
    const left = this.swarm.untouchedOf(share)
    let room = runs
    if (left === 0 || room <= 0) return found
    this.#queue.visit(level, (first) => {
      if (!share.pieces.has(first) || found.has(first)) return true
      for (const piece of this.#queue.alike(first)) {
        if (room <= 0 || !share.pieces.has(piece)) continue
        found.add(piece)
        room -= Math.ceil(this.blocksOf(piece) / blocksPerRun)
      }
      return room > 0 && found.size < left
    })
    return found
  }

  /** Takes what is free of a piece, and begins it where it is untouched. */
  #takeFrom(piece: number, share: PeerShare, room: Room, now: number, runs: Run[]): void {
    if (runs.length >= room.runs || !this.alone.mayTake(piece, share, now)) return
    const partial = this.#partials.get(piece) ?? this.#begin(piece)
    while (partial && runs.length < room.runs) {
      const run = partial.take(share, room.blocksPerRun, now)
      if (!run) break
      runs.push(run)
      this.alone.took(piece, share, now)
    }
    if (partial) this.#sortIn(partial)
  }

  #begin(piece: number): PartialPiece<PeerShare> | undefined {
    if (!this.isUntouched(piece)) return undefined
    this.#dequeue(piece)
    this.#stages[piece] = begun
    const partial = new PartialPiece<PeerShare>(piece, this.blocksOf(piece))
    this.#partials.set(piece, partial)
    return partial
  }

  #end(partial: PartialPiece<PeerShare>, stage: typeof untouched | typeof complete): void {
    this.#partials.delete(partial.piece)
    this.#hungry[this.levels.of(partial.piece)]?.delete(partial)
    this.#stages[partial.piece] = stage
  }

  #sortIn(partial: PartialPiece<PeerShare>): void {
    const level = this.#hungry[this.levels.of(partial.piece)]
    if (partial.hasFree) level?.add(partial)
    else level?.delete(partial)
  }
}
