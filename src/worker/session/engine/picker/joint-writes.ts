/**
 * Has small pieces that come in together written together. Each way to the disk and back costs the thread as much
 * as hashing a piece of 64 KiB, whatever is written: what lies together and was begun together has one memory,
 * and goes to the disk as soon as all of it is there, or after a moment.
 */
import { JointPieces, type ProvedRun } from './joint-pieces.ts'
import { pieceBuffers } from './piece-buffers.ts'

/** Written together at most; a larger piece is alone. */
export const mostTogether = 512 * 1024
/** So long a piece that is proved waits for those beside it. */
const holdMs = 50

/** What pieces are put together from, and where they go. */
export interface JointSurroundings {
  readonly pieceCount: number
  readonly pieceLength: number
  lengthOf(piece: number): number
  /** Somebody was asked for blocks of it, and none came before. */
  isAwaited(piece: number): boolean
  /** Writes a run; calls back once it is on disk and its bytes are not needed, and never if that failed. */
  write(run: ProvedRun, done: () => void): void
}

export class JointWrites {
  readonly #near: JointSurroundings
  readonly #extent: number
  /** Where each piece is that comes in or is expected to. */
  readonly #places = new Map<number, JointPieces>()
  /** Those with proved pieces, held longest first, with the time since then. */
  readonly #held = new Map<JointPieces, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(near: JointSurroundings) {
    this.#near = near
    this.#extent = piecesTogether(near.pieceLength)
  }

  /** Memory for a piece of which the first block came. */
  begin(piece: number): Buffer {
    const bytes = (this.#places.get(piece) ?? this.#open(piece)).begin(piece)
    if (bytes === undefined) throw new Error(`piece ${piece} comes in already`)
    return bytes
  }

  /** All of the piece is there. */
  prove(piece: number): void {
    const joint = this.#places.get(piece)
    if (!joint) return
    this.#places.delete(piece)
    joint.prove(piece)
    if (joint.isWhole) this.#write(joint)
    else this.#hold(joint)
  }

  /** The piece turned out bad; its memory is not read any more. */
  refuse(piece: number): void {
    const joint = this.#places.get(piece)
    if (!joint) return
    this.#places.delete(piece)
    joint.refuse(piece)
    if (joint.isWhole) this.#write(joint)
  }

  /** Writes nothing any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#held.clear()
  }

  /** For the piece and those beside it in its extent that will come in, too. */
  #open(piece: number): JointPieces {
    const { pieceLength, pieceCount } = this.#near
    const extentStart = piece - (piece % this.#extent)
    const extentEnd = Math.min(extentStart + this.#extent, pieceCount)
    let [first, end] = [piece, piece + 1]
    while (first > extentStart && this.#mayJoin(first - 1)) first -= 1
    while (end < extentEnd && this.#mayJoin(end)) end += 1
    const length = (end - first - 1) * pieceLength + this.#near.lengthOf(end - 1)
    const joint = new JointPieces(first, end - first, pieceLength, pieceBuffers.take(length))
    for (let each = first; each < end; each += 1) this.#places.set(each, joint)
    return joint
  }

  #mayJoin(piece: number): boolean {
    return !this.#places.has(piece) && this.#near.isAwaited(piece)
  }

  #hold(joint: JointPieces): void {
    if (!this.#held.has(joint)) this.#held.set(joint, performance.now())
    this.#timer ??= setTimeout(() => this.#writeHeld(), holdMs)
  }

  /** What is held for long is written, and no longer waits for what has not begun to come. */
  #writeHeld(): void {
    this.#timer = undefined
    for (const [joint, since] of this.#held) {
      const leftMs = since + holdMs - performance.now()
      if (leftMs > 1) {
        this.#timer = setTimeout(() => this.#writeHeld(), leftMs)
        return
      }
      for (const piece of joint.dismissExpected()) this.#places.delete(piece)
      this.#write(joint)
    }
  }

  #write(joint: JointPieces): void {
    this.#held.delete(joint)
    for (const run of joint.takeProved())
      this.#near.write(run, () => {
        joint.written()
        this.#freeUnused(joint)
      })
    this.#freeUnused(joint)
  }

  #freeUnused(joint: JointPieces): void {
    if (joint.isUnused) pieceBuffers.give(joint.bytes)
  }
}

/** Pieces of such a length that one extent has: they are begun together where nothing else tells them apart. */
export function piecesTogether(pieceLength: number): number {
  return Math.max(1, Math.floor(mostTogether / pieceLength))
}
