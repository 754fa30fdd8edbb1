/**
 * Puts our choice of blocks in the place of the engine's, on one torrent. The engine still connects, chokes
 * and serves; it asks for nothing by itself. Attached when the torrent is ready, before anything is asked.
 */
import type { Torrent, Wire } from 'webtorrent'
import type { Lane } from '../limits/lane.ts'
import { Valve } from '../limits/valve.ts'
import { chooseRuns } from './choose-runs.ts'
import { piecesTogether } from './joint-writes.ts'
import { Passes } from './passes.ts'
import { PeerPipe, type PipeSurroundings } from './peer-pipe.ts'
import { PeerShare } from './peer-share.ts'
import type { PickerHandle, PickerOptions, PickerStats } from './picker-handle.ts'
import { PieceIntake } from './piece-intake.ts'
import { PieceOrder } from './piece-order.ts'
import { RangeDesk } from './range-desk.ts'
import { replacePicking } from './replace-picking.ts'
import { shuffle } from './shuffle.ts'
import { watchShare } from './watch-share.ts'

const blockLength = 16 * 1024
const snubCheckMs = 2000

/** Attaches a picker to a torrent that has just become ready. */
export function attachPicker(torrent: Torrent, options: PickerOptions = {}): PickerHandle {
  return new Picker(torrent, options)
}

class Picker implements PickerHandle {
  readonly #torrent: Torrent
  readonly #order: PieceOrder
  readonly #intake: PieceIntake
  readonly #passes: Passes<PeerPipe | RangeDesk>
  readonly #pipes = new Map<PeerShare, PeerPipe>()
  readonly #desks = new Set<RangeDesk>()
  readonly #byWire = new Map<Wire, PeerPipe>()
  readonly #near: PipeSurroundings
  readonly #undo: (() => void)[] = []
  readonly #limit: Lane
  readonly #onWantedChanged: PickerOptions['onWantedChanged']
  #duplicates = 0
  #cancels = 0

  constructor(
    torrent: Torrent,
    { priorities, sequential = false, limit = new Valve().open(0), onWantedChanged }: PickerOptions,
  ) {
    this.#torrent = torrent
    this.#onWantedChanged = onWantedChanged
    const { pieces } = torrent
    const onRoom = (): void => this.#passes.request()
    this.#order = new PieceOrder({
      pieceCount: pieces.length,
      blocksOf: (piece) => this.#intake.blocksOf(piece),
      has: (piece) => pieces[piece] === null,
      piecesTogether: piecesTogether(torrent.pieceLength),
    })
    this.#intake = new PieceIntake(torrent, this.#order, onRoom)
    this.#passes = new Passes(
      () => shuffle([...this.#pipes.values(), ...this.#desks]),
      (one) => (one instanceof RangeDesk ? one.offer() : this.#fill(one)),
    )
    this.#near = {
      order: this.#order,
      intake: this.#intake,
      limit,
      cancel: (shares, piece, block) => this.#cancel(shares, piece, block),
      onRoom,
    }
    this.#limit = limit
    limit.onTurn(() => this.#turn())
    if (priorities) this.#order.levels.setPriorities(priorities)
    if (sequential) this.#order.setSequential(true)
    this.#attach()
  }

  get wantsNothing(): boolean {
    return this.#order.swarm.wanted === 0
  }

  setPriority(priorities: Uint8Array, first?: number): void {
    this.#order.levels.setPriorities(priorities, first)
    this.#wantedChanged()
  }

  setSequential(sequential: boolean): void {
    this.#order.setSequential(sequential)
  }

  window(owner: unknown, first: number, count: number): void {
    this.#order.levels.setWindow(owner, first, count)
    this.#wantedChanged()
  }

  clearWindow(owner: unknown): void {
    this.#order.levels.clearWindow(owner)
    this.#wantedChanged()
  }

  openDesk(offer: () => void): RangeDesk {
    const { order, intake, cancel, onRoom } = this.#near
    const near = {
      order,
      intake,
      cancel,
      isEndgame: () => this.#isEndgame(),
      onRepeated: (blocks: number) => (this.#duplicates += blocks),
      onFreed: onRoom,
      onLeave: () => this.#desks.delete(desk),
    }
    const desk: RangeDesk = new RangeDesk(this.#torrent.pieces.length, near, offer)
    this.#desks.add(desk)
    onRoom()
    return desk
  }

  availability(): Uint32Array {
    return this.#order.swarm.availability()
  }

  stats(): PickerStats {
    return {
      duplicates: this.#duplicates,
      cancels: this.#cancels,
      longestPassMs: this.#passes.longestMs,
    }
  }

  detach(): void {
    for (const undo of this.#undo.splice(0)) undo()
  }

  #attach(): void {
    const torrent = this.#torrent
    const join = (wire: Wire): void => this.#join(wire)
    const verified = (piece: number): void => {
      this.#order.verified(piece)
      this.#tellAll()
    }
    const closed = (): void => this.detach()
    torrent.wires.forEach(join)
    torrent.on('wire', join).on('verified', verified).once('close', closed)
    const snubs = setInterval(() => this.#checkSnubs(), snubCheckMs).unref()
    this.#undo.push(
      replacePicking(torrent, {
        onUpdate: () => this.#passes.request(),
        onInterest: (wire) => this.#open(wire),
      }),
      () => clearInterval(snubs),
      () => this.#passes.stop(),
      () => torrent.off('wire', join).off('verified', verified).off('close', closed),
    )
  }

  #join(wire: Wire): void {
    if (wire.destroyed) return
    const share = new PeerShare(this.#torrent.pieces.length)
    const pipe = new PeerPipe(wire, share, this.#near)
    this.#pipes.set(share, pipe)
    this.#byWire.set(wire, pipe)
    watchShare(wire, share, this.#order.swarm)
    wire.on('choke', () => pipe.giveBack(wire.hasFast ? wire.peerAllowedFastSet : []))
    wire.once('close', () => {
      pipe.giveBack()
      this.#pipes.delete(share)
      this.#byWire.delete(wire)
    })
  }

  /** Messages may follow now: the engine has sent what comes first. */
  #open(wire: Wire): void {
    const pipe = this.#byWire.get(wire)
    if (!pipe) return
    pipe.isOpen = true
    this.#tellInterest(pipe)
  }

  #tellInterest({ wire, share, isOpen }: PeerPipe): void {
    if (!isOpen || wire.destroyed) return
    const isInterested = this.#order.swarm.wantedOf(share) > 0
    if (isInterested === wire.amInterested) return
    if (isInterested) wire.interested()
    else wire.uninterested()
  }

  #tellAll(): void {
    for (const pipe of this.#pipes.values()) this.#tellInterest(pipe)
    this.#onWantedChanged?.()
  }

  #wantedChanged(): void {
    this.#tellAll()
    this.#passes.request()
  }

  #fill(pipe: PeerPipe): void {
    if (this.#limit.isFree) this.#ask(pipe, Infinity)
    else this.#limit.wait()
  }

  /** Blocks may be asked for, as many as the limit lets in now. */
  #turn(): void {
    for (const pipe of shuffle([...this.#pipes.values()])) {
      if (this.#limit.room <= 0) return this.#limit.wait()
      this.#ask(pipe, Math.ceil(this.#limit.room / blockLength))
    }
    if (this.#limit.room <= 0) this.#limit.wait()
  }

  #ask(pipe: PeerPipe, most: number): void {
    if (this.#torrent.destroyed || this.#intake.isFull) return
    const now = performance.now()
    const { runs, duplicates } = chooseRuns(this.#order, pipe, most, () => this.#isEndgame(), now)
    this.#duplicates += duplicates
    if (runs.length > 0) pipe.ask(runs, now)
  }

  /** No peer that serves has a free block to give. */
  #isEndgame(): boolean {
    for (const { isServing, share } of this.#pipes.values())
      if (isServing && this.#order.hasFreeFor(share)) return false
    return true
  }

  #cancel(shares: readonly PeerShare[], piece: number, block: number): void {
    for (const share of shares) this.#pipes.get(share)?.cancel(piece, block)
    this.#cancels += shares.length
  }

  #checkSnubs(): void {
    const now = performance.now()
    for (const pipe of this.#pipes.values()) pipe.checkSnub(now)
    this.#passes.request() // what others are slow to bring may be asked for again now
  }
}
