/** An order of pieces beside the plainest possible account of what happened to it. */
import type { Run } from '../../../src/worker/session/engine/picker/partial-piece.ts'
import { PeerShare } from '../../../src/worker/session/engine/picker/peer-share.ts'
import { PieceOrder } from '../../../src/worker/session/engine/picker/piece-order.ts'
import { PieceSet } from '../../../src/worker/session/engine/picker/piece-set.ts'

interface Peer {
  share: PeerShare
  has: Set<number>
  asked: Run[]
}

/** What happens to an order; numbers are taken modulo what there is. */
export type Step =
  | { type: 'join'; pieces: boolean[] }
  | { type: 'join all' | 'sequential' | 'rarest' }
  | { type: 'leave'; peer: number }
  | { type: 'deliver'; peer: number }
  | { type: 'release'; peer: number }
  | { type: 'gain' | 'lose'; peer: number; piece: number }
  | { type: 'pick'; peer: number; runs: number }
  | { type: 'priority'; piece: number; priority: number }
  | { type: 'window'; owner: number; piece: number; count: number }
  | { type: 'judge'; good: boolean }

/** A block as one number. */
const blockKey = ({ piece, block }: Run): number => piece * 1000 + block

export class OrderTrial {
  readonly order: PieceOrder
  readonly pieceCount: number
  readonly blocks: number
  readonly peers: Peer[] = []
  readonly had = new Set<number>()
  /** Complete, and not yet judged. */
  readonly complete: number[] = []
  /** Pieces and blocks in the order in which they were given out. */
  readonly given: Run[] = []
  readonly #arrived = new Set<number>()
  readonly #begun = new Set<number>()

  constructor(pieceCount: number, blocks: number, piecesTogether = 1) {
    this.pieceCount = pieceCount
    this.blocks = blocks
    this.order = new PieceOrder({ pieceCount, blocksOf: () => blocks, has: () => false, piecesTogether })
  }

  do(step: Step): void {
    switch (step.type) {
      case 'join':
        return this.#join(PieceSet.of(this.pieceCount, bitsOf(step.pieces)))
      case 'join all':
        return this.#join(PieceSet.all(this.pieceCount))
      case 'sequential':
      case 'rarest':
        return this.order.setSequential(step.type === 'sequential')
      case 'priority':
        return this.order.levels.setPriorities(Uint8Array.of(step.priority), step.piece % this.pieceCount)
      case 'window':
        return this.order.levels.setWindow(step.owner, step.piece, step.count)
      case 'judge':
        return this.#judge(step.good)
    }
    const peer = this.peers[step.peer % this.peers.length]
    if (!peer) return
    if (step.type === 'leave') this.#leave(peer)
    else if (step.type === 'deliver') this.#deliver(peer)
    else if (step.type === 'release') this.#release(peer)
    else if (step.type === 'pick') this.#pick(peer, step.runs)
    else this.#change(peer, step.type, step.piece % this.pieceCount)
  }

  /** What the order says, and what it should say. */
  accounts(): [unknown, unknown] {
    const pieces = [...Array(this.pieceCount).keys()]
    const { swarm } = this.order
    const wanted = (piece: number): boolean => !this.had.has(piece) && this.order.levels.of(piece) > 0
    const untouched = (piece: number): boolean => wanted(piece) && !this.#isBegun(piece)
    return [
      {
        availability: [...swarm.availability()],
        counts: this.peers.map(({ share }) => [swarm.wantedOf(share), swarm.untouchedOf(share)]),
        begun: [...this.order.partials.keys()].sort(ascending),
      },
      {
        availability: pieces.map((piece) => this.peers.filter(({ has }) => has.has(piece)).length),
        counts: this.peers.map(({ has }) => [
          [...has].filter(wanted).length,
          [...has].filter(untouched).length,
        ]),
        begun: [...this.#begun].sort(ascending),
      },
    ]
  }

  /** Lets a seed bring whatever is wanted and free, until it is given nothing more. */
  finish(): void {
    for (const peer of [...this.peers]) this.#leave(peer)
    while (this.complete.length > 0) this.#judge(true)
    this.#join(PieceSet.all(this.pieceCount))
    const seed = this.peers[0]
    for (let before = -1; seed && before < this.given.length;) {
      before = this.given.length
      this.#pick(seed, 7)
      while (seed.asked.length > 0) this.#deliver(seed)
      while (this.complete.length > 0) this.#judge(true)
    }
  }

  #isBegun(piece: number): boolean {
    return this.#begun.has(piece) || this.complete.includes(piece)
  }

  #join(pieces: PieceSet): void {
    const share = new PeerShare(this.pieceCount)
    const has = new Set<number>()
    pieces.each((piece) => has.add(piece))
    this.order.swarm.replace(share, pieces)
    this.peers.push({ share, has, asked: [] })
  }

  #leave(peer: Peer): void {
    while (peer.asked.length > 0) this.#release(peer)
    this.order.swarm.leave(peer.share)
    this.peers.splice(this.peers.indexOf(peer), 1)
  }

  #change(peer: Peer, change: 'gain' | 'lose', piece: number): void {
    this.order.swarm[change](peer.share, piece)
    if (change === 'gain') peer.has.add(piece)
    else peer.has.delete(piece)
  }

  #pick(peer: Peer, runs: number): void {
    const held = new Set(this.peers.flatMap(({ asked }) => asked.map(blockKey)))
    const picked = this.order.pick(peer.share, { runs, blocksPerRun: 1 }, 0)
    if (picked.length > runs) throw new Error('more than there is room for')
    for (const run of picked) {
      const key = blockKey(run)
      if (!peer.has.has(run.piece)) throw new Error(`the peer lacks ${run.piece}`)
      if (!this.order.isWanted(run.piece)) throw new Error(`nobody wants ${run.piece}`)
      if (held.has(key) || this.#arrived.has(key)) throw new Error(`${key} is not free`)
      held.add(key)
      this.#begun.add(run.piece)
      peer.asked.push(run)
      this.given.push(run)
    }
  }

  #deliver(peer: Peer): void {
    const run = peer.asked.shift()
    if (!run) return
    this.order.arrive(peer.share, run.piece, run.block)
    this.#arrived.add(blockKey(run))
    if (!this.order.isComplete(run.piece)) return
    if (this.#arrivedOf(run.piece) !== this.blocks) throw new Error(`${run.piece} is not complete`)
    this.#begun.delete(run.piece)
    this.complete.push(run.piece)
  }

  #release(peer: Peer): void {
    const run = peer.asked.shift()
    if (!run) return
    this.order.release(peer.share, run)
    const isAsked = this.peers.some(({ asked }) => asked.some(({ piece }) => piece === run.piece))
    if (!isAsked && this.#arrivedOf(run.piece) === 0) this.#begun.delete(run.piece)
  }

  #judge(good: boolean): void {
    const piece = this.complete.shift()
    if (piece === undefined) return
    if (good) this.had.add(piece)
    else
      for (let block = 0; block < this.blocks; block += 1)
        this.#arrived.delete(blockKey({ piece, block, count: 1 }))
    this.order[good ? 'verified' : 'failed'](piece)
  }

  #arrivedOf(piece: number): number {
    return [...Array(this.blocks).keys()].filter((block) =>
      this.#arrived.has(blockKey({ piece, block, count: 1 })),
    ).length
  }
}

/** A bitfield as it is sent. */
export function bitsOf(pieces: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(pieces.length / 8))
  pieces.forEach((has, piece) => {
    if (has) bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7))
  })
  return bits
}

function ascending(one: number, other: number): number {
  return one - other
}
