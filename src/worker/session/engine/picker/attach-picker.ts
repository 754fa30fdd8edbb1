/**
 * Puts our choice of blocks in the place of the engine's, on one torrent. The engine still connects, chokes
 * and serves; it asks for nothing by itself. Attached when the torrent is ready, before anything is asked.
 */
import type { Torrent, Wire } from 'webtorrent'
import { idleDuplicates, windowDuplicates } from './duplicates.ts'
import { watchShare } from './watch-share.ts'
import type { Run } from './partial-piece.ts'
import { Passes } from './passes.ts'
import { PeerPipe } from './peer-pipe.ts'
import { PeerShare } from './peer-share.ts'
import { PieceIntake } from './piece-intake.ts'
import { PieceOrder, type Room } from './piece-order.ts'
import { sendTogether } from './send-together.ts'

export interface PickerOptions {
  /** One priority for each piece, 0 (not wanted) to 7; 4 without it. */
  readonly priorities?: Uint8Array
  readonly sequential?: boolean
}

/** What a picker did so far. */
export interface PickerStats {
  /** Blocks asked of a second peer. */
  readonly duplicates: number
  /** Requests taken back because another peer was faster. */
  readonly cancels: number
  /** The longest that choosing kept the thread at once. */
  readonly longestPassMs: number
}

/** The picker of one torrent, in the hands of whoever attached it. */
export interface PickerHandle {
  /** One priority for each piece from `first` on, 0 (not wanted) to 7. */
  setPriority(priorities: Uint8Array, first?: number): void
  /** By index, instead of the rarest first. */
  setSequential(sequential: boolean): void
  /** A reader waits for these pieces: before all others, in their order. An owner has one window. */
  window(owner: unknown, first: number, count: number): void
  clearWindow(owner: unknown): void
  /** For each piece the connected peers that have it, seeds included. */
  availability(): Uint32Array
  stats(): PickerStats
  /** Leaves the torrent to the engine; done by itself when the torrent closes. */
  detach(): void
}

/** A peer without other work repeats what others were asked for so long ago; in the endgame at once. */
const repeatAfterMs = 10_000
/** A reader does not wait longer than that for one peer. */
const windowRepeatAfterMs = 2000
/** Repeated blocks are asked for in small portions: each may be asked for in vain. */
const repeatPortion = 32
const repeatBelow = 8
/** A peer without any work looks for some only so often. */
const idleMs = 250
const snubCheckMs = 2000

/** Attaches a picker to a torrent that has just become ready. */
export function attachPicker(torrent: Torrent, options: PickerOptions = {}): PickerHandle {
  return new Picker(torrent, options)
}

class Picker implements PickerHandle {
  readonly #torrent: Torrent
  readonly #order: PieceOrder
  readonly #intake: PieceIntake
  readonly #passes: Passes<PeerPipe>
  readonly #pipes = new Map<PeerShare, PeerPipe>()
  readonly #byWire = new Map<Wire, PeerPipe>()
  readonly #snubCheck: NodeJS.Timeout
  readonly #join = (wire: Wire): void => this.#addWire(wire)
  readonly #verified = (piece: number): void => this.#onVerified(piece)
  readonly #closed = (): void => this.detach()
  #duplicates = 0
  #cancels = 0
  #hasWindows = new Set<unknown>()

  constructor(torrent: Torrent, { priorities, sequential = false }: PickerOptions) {
    this.#torrent = torrent
    const { pieces } = torrent
    this.#order = new PieceOrder({
      pieceCount: pieces.length,
      blocksOf: (piece) => this.#intake.blocksOf(piece),
      has: (piece) => pieces[piece] === null,
    })
    this.#intake = new PieceIntake(torrent, this.#order, () => this.#passes.request())
    this.#passes = new Passes(
      () => shuffle([...this.#pipes.values()]),
      (pipe) => this.#fill(pipe),
    )
    if (priorities) this.#order.levels.setPriorities(priorities)
    if (sequential) this.#order.setSequential(true)
    this.#override()
    for (const wire of torrent.wires) this.#addWire(wire)
    torrent.on('wire', this.#join)
    torrent.on('verified', this.#verified)
    torrent.once('close', this.#closed)
    this.#snubCheck = setInterval(() => this.#checkSnubs(), snubCheckMs).unref()
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
    this.#hasWindows.add(owner)
    this.#wantedChanged()
  }

  clearWindow(owner: unknown): void {
    this.#order.levels.clearWindow(owner)
    this.#hasWindows.delete(owner)
    this.#wantedChanged()
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
    const torrent = this.#torrent
    clearInterval(this.#snubCheck)
    this.#passes.stop()
    torrent.off('wire', this.#join)
    torrent.off('verified', this.#verified)
    torrent.off('close', this.#closed)
  }

  #override(): void {
    const torrent = this.#torrent
    torrent._rarityMap?.destroy()
    torrent._rarityMap = null
    torrent._update = () => this.#passes.request()
    torrent._updateWire = () => this.#passes.request()
    torrent._updateSelections = () => undefined
    torrent._updateWireInterest = (wire) => {
      const pipe = this.#byWire.get(wire)
      if (!pipe) return
      pipe.isOpen = true
      this.#tellInterest(pipe)
    }
  }
}
