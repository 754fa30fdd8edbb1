/**
 * Super-seeding (BEP 16) of one torrent: a seed seems to have nothing and tells each peer of single pieces.
 * It tells of another when a third peer has one of them, so that each piece is sent about once. Peers that
 * met us before it was switched on keep what they know.
 */
import type { Torrent, Wire } from 'webtorrent'
import { wantsNothing } from '../upload-only/wants-nothing.ts'
import { hideNothing, hidePieces } from './hide-pieces.ts'
import { sendTogether } from './send-together.ts'

/** Pieces that a peer knows of and has not yet passed on: one can come while another is passed on. */
const mostAtOnce = 2
/** A peer that has what it was told of and cannot pass it on is told of another after this. */
const patienceMs = 20_000
const lookMs = 5000

interface Told {
  /** All that it was told of. */
  readonly pieces: Set<number>
  /** Those that no third peer has. */
  readonly waiting: Set<number>
  at: number
}

export class SuperSeeding {
  readonly #torrent: Torrent
  readonly #availability: () => Uint32Array
  readonly #told = new Map<Wire, Told>()
  readonly #timer: NodeJS.Timeout
  #isOn = false

  /** `availability` counts for each piece the connected peers that have it. */
  constructor(torrent: Torrent, availability: () => Uint32Array) {
    this.#torrent = torrent
    this.#availability = availability
    this.#timer = setInterval(() => this.#comfort(performance.now()), lookMs).unref()
    torrent.once('close', () => clearInterval(this.#timer))
  }

  /** Peers that connect now believe that we have nothing. */
  get isActive(): boolean {
    return this.#isOn && this.#torrent.done
  }

  /** From now on or no more; then everybody is told of all pieces at once. */
  set(isOn: boolean): void {
    this.#isOn = isOn
    if (isOn) return
    for (const [wire, { pieces }] of this.#told) this.#tellRest(wire, pieces)
    this.#told.clear()
  }

  /** The engine is about to tell this peer what we have. */
  beforeOpen(wire: Wire): void {
    if (this.isActive) hidePieces(wire)
  }

  /** The engine has told it. */
  opened(wire: Wire): void {
    if (!hideNothing(wire)) return
    this.#told.set(wire, { pieces: new Set(), waiting: new Set(), at: performance.now() })
    wire.on('have', (piece: number) => this.#seen(piece))
    for (const change of ['bitfield', 'have-all', 'have-none'] as const) wire.on(change, () => this.#review())
    wire.once('close', () => {
      this.#told.delete(wire)
      this.#review()
    })
    this.#tellMore(wire)
  }

  /** Somebody has the piece now. */
  #seen(piece: number): void {
    for (const [wire, told] of this.#told) {
      if (!told.waiting.has(piece) || !this.#isPassedOn(wire, piece)) continue
      told.waiting.delete(piece)
      this.#tellMore(wire)
    }
  }

  #review(): void {
    for (const [wire, { waiting }] of this.#told) {
      for (const piece of waiting) if (this.#isPassedOn(wire, piece)) waiting.delete(piece)
      this.#tellMore(wire)
    }
  }

  /** A third peer has it; or the peer itself, and nobody else is there to get it. */
  #isPassedOn(to: Wire, piece: number): boolean {
    const others = this.#torrent.wires.filter((wire) => wire !== to && !wire.destroyed)
    if (others.some((wire) => wire.peerPieces.get(piece))) return true
    return to.peerPieces.get(piece) && others.every(wantsNothing)
  }

  #tellMore(wire: Wire): void {
    const told = this.#told.get(wire)
    while (told && told.waiting.size < mostAtOnce) {
      const piece = this.#choose(wire, false)
      if (piece === undefined) return
      this.#tell(wire, told, piece)
    }
  }

  #tell(wire: Wire, told: Told, piece: number): void {
    told.pieces.add(piece)
    told.waiting.add(piece)
    told.at = performance.now()
    wire.have(piece)
  }

  /** Peers that wait in vain for others are told of a piece that others may have. */
  #comfort(now: number): void {
    for (const [wire, told] of this.#told) {
      if (wantsNothing(wire) || now - told.at < patienceMs) continue
      if ([...told.pieces].some((piece) => !wire.peerPieces.get(piece))) continue
      const piece = this.#choose(wire, true)
      if (piece !== undefined) this.#tell(wire, told, piece)
    }
  }

  /** A piece that the peer lacks and was not told of: one that nobody has or is being sent, or the rarest. */
  #choose(wire: Wire, mayBeElsewhere: boolean): number | undefined {
    const told = this.#told.get(wire)?.pieces
    const [availability, sending] = [this.#availability(), this.#sending()]
    const first = Math.floor(Math.random() * availability.length)
    let best: number | undefined
    let least = mayBeElsewhere ? Infinity : 1
    for (let step = 0; step < availability.length && least > 0; step += 1) {
      const piece = (first + step) % availability.length
      const copies = (availability[piece] ?? 0) + (sending.has(piece) ? 1 : 0)
      if (copies >= least || told?.has(piece) === true || wire.peerPieces.get(piece)) continue
      best = piece
      least = copies
    }
    return best
  }

  #sending(): Set<number> {
    return new Set(Array.from(this.#told.values(), ({ waiting }) => [...waiting]).flat())
  }

  #tellRest(wire: Wire, known: ReadonlySet<number>): void {
    if (wire.destroyed) return
    sendTogether(wire, () => {
      for (const piece of this.#torrent.pieces.keys())
        if (!known.has(piece) && !wire.peerPieces.get(piece)) wire.have(piece)
    })
  }
}
