/** The requests of one peer: how many it may have, what came of them, and when it sends nothing any more. */
import type { Wire, WireRequest } from 'webtorrent'
import type { Lane } from '../limits/lane.ts'
import { askBlocks } from './ask-blocks.ts'
import type { Run } from './partial-piece.ts'
import type { PeerShare } from './peer-share.ts'
import type { PieceIntake } from './piece-intake.ts'
import type { PieceOrder, Room } from './piece-order.ts'
import { PipelineDepth } from './pipeline-depth.ts'

const blockLength = 16 * 1024
/** Refilled when so much of the pipeline is empty, so that requests go out together. */
const refillBelow = 0.75
/** A peer that owes blocks and sent none for so long loses them; the engine drops it after 30 s. */
const snubMs = 20_000

/** What the pipes of one torrent have in common. */
export interface PipeSurroundings {
  readonly order: PieceOrder
  readonly intake: PieceIntake
  /** Where the bytes that are asked for are counted. */
  readonly limit: Lane
  /** A block came that these were asked for, too. */
  readonly cancel: (shares: readonly PeerShare[], piece: number, block: number) => void
  /** There may be something to ask for. */
  readonly onRoom: () => void
}

export class PeerPipe {
  readonly wire: Wire
  readonly share: PeerShare
  /** The engine has sent our bitfield, so that other messages may follow. */
  isOpen = false
  /** When to look again for what others were asked for. */
  idleUntil = 0
  readonly #near: PipeSurroundings
  readonly #depth = new PipelineDepth()
  #snubbed = false
  #heardAt = 0

  constructor(wire: Wire, share: PeerShare, near: PipeSurroundings) {
    this.wire = wire
    this.share = share
    this.#near = near
  }

  /** It can be asked for any piece that it has. */
  get isServing(): boolean {
    return this.isOpen && !this.wire.peerChoking && !this.#snubbed && !this.wire.destroyed
  }

  /** What to ask for next, if anything; not more blocks than `most`, which is at least 1. */
  room(most = Infinity): Room | undefined {
    const { requests, destroyed } = this.wire
    if (destroyed || !this.isOpen) return undefined
    const pending = requests.length
    const depth = this.#snubbed ? 1 : this.#depth.blocks(this.wire.peerExtendedHandshake.reqq)
    return pending < Math.max(1, depth * refillBelow)
      ? { runs: Math.min(most, depth - pending), blocksPerRun: 1 }
      : undefined
  }

  /** Asks for all of these by one message. */
  ask(runs: readonly Run[], now: number): void {
    if (this.wire.requests.length === 0) {
      this.#depth.resume(now)
      this.#heardAt = now
    }
    const isCounted = !this.#near.limit.isFree
    const requests = runs.map((run) => this.#requestOf(run, isCounted, now))
    askBlocks(this.wire, requests)
  }

  cancel(piece: number, block: number): void {
    const { offset, length } = this.#bytesOf({ piece, block, count: 1 })
    this.wire.cancel(piece, offset, length)
  }

  /** Others may be asked for what this one was asked for, except for these pieces. */
  giveBack(except: readonly number[] = []): void {
    for (const { piece, offset, length } of this.wire.requests) {
      if (except.includes(piece)) continue
      const count = Math.ceil(length / blockLength)
      this.#near.order.release(this.share, { piece, block: offset / blockLength, count })
    }
    this.#near.onRoom()
  }

  /** Takes back what a silent peer was asked for; what it sends later is still taken. */
  checkSnub(now: number): void {
    if (this.#snubbed || this.wire.requests.length === 0) return
    if (now - this.#heardAt < snubMs) return
    this.#snubbed = true
    this.giveBack()
  }

  #requestOf(run: Run, isCounted: boolean, now: number): WireRequest {
    const { limit, order, onRoom } = this.#near
    const { offset, length } = this.#bytesOf(run)
    if (isCounted) limit.spend(length)
    const callback = (error: Error | null, bytes?: Uint8Array): void => {
      if (error === null && bytes !== undefined) this.#got(run, bytes, now)
      else {
        order.release(this.share, run)
        if (isCounted) limit.spend(-length)
      }
      onRoom()
    }
    return { piece: run.piece, offset, length, callback }
  }

  #got({ piece, block, count }: Run, bytes: Uint8Array, askedAt: number): void {
    const { order, intake, cancel } = this.#near
    this.#heardAt = performance.now()
    this.#snubbed = false
    this.#depth.arrived(bytes.length, askedAt, this.#heardAt)
    for (let each = 0; each < count; each += 1) {
      const others = order.arrive(this.share, piece, block + each)
      if (others === undefined) continue
      if (others.length > 0) cancel(others, piece, block + each)
      const part = count === 1 ? bytes : bytes.subarray(each * blockLength, (each + 1) * blockLength)
      intake.take(piece, block + each, part, this.wire)
    }
  }

  #bytesOf({ piece, block, count }: Run): { offset: number; length: number } {
    const offset = block * blockLength
    const end = Math.min(this.#near.intake.lengthOf(piece), offset + count * blockLength)
    return { offset, length: end - offset }
  }
}
