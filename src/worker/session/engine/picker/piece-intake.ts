/** Makes pieces of the blocks that come in, proves them, stores them and tells the engine what it has. */
import type { Torrent } from 'webtorrent'
import { BadBlocks } from './bad-blocks.ts'
import { IncomingPiece, type BlockSource } from './incoming-piece.ts'
import type { ProvedRun } from './joint-pieces.ts'
import { JointWrites } from './joint-writes.ts'
import { NewPieces } from './new-pieces.ts'
import type { PieceOrder } from './piece-order.ts'

const blockLength = 16 * 1024
/** Bytes of whole pieces that are not yet written; above it nothing more is asked for. */
const mostUnwritten = 16 * 1024 * 1024

export class PieceIntake {
  readonly #torrent: Torrent
  readonly #order: PieceOrder
  readonly #onRoom: () => void
  readonly #incoming = new Map<number, IncomingPiece>()
  readonly #badBlocks = new BadBlocks()
  readonly #joint: JointWrites
  readonly #newPieces: NewPieces
  #unwritten = 0
  #missing: number

  /** `onRoom` is called whenever there may be something to ask for again. */
  constructor(torrent: Torrent, order: PieceOrder, onRoom: () => void) {
    this.#torrent = torrent
    this.#order = order
    this.#onRoom = onRoom
    this.#joint = new JointWrites({
      pieceCount: torrent.pieces.length,
      pieceLength: torrent.pieceLength,
      lengthOf: (piece) => this.lengthOf(piece),
      isAwaited: (piece) => order.partials.has(piece),
      write: (run, done) => this.#store(run, done),
    })
    this.#newPieces = new NewPieces(torrent)
    torrent.once('close', () => this.#joint.stop())
    this.#missing = torrent.pieces.filter((piece) => piece !== null).length
  }

  /** The disk is behind by more than memory should hold. */
  get isFull(): boolean {
    return this.#unwritten > mostUnwritten
  }

  /** Takes a block that had not come before. */
  take(piece: number, block: number, bytes: Uint8Array, source: BlockSource): void {
    const incoming = this.#incoming.get(piece) ?? this.#begin(piece)
    incoming.set(block, bytes, source)
    if (!this.#order.isComplete(piece)) return
    this.#incoming.delete(piece)
    this.#unwritten += incoming.bytes.length
    incoming.digest((digest) => this.#judge(piece, incoming, digest))
  }

  lengthOf(piece: number): number {
    const { length, pieceLength } = this.#torrent
    return Math.min(pieceLength, length - piece * pieceLength)
  }

  blocksOf(piece: number): number {
    return Math.ceil(this.lengthOf(piece) / blockLength)
  }

  #begin(piece: number): IncomingPiece {
    const incoming = new IncomingPiece(this.#joint.begin(piece))
    this.#incoming.set(piece, incoming)
    return incoming
  }

  #judge(piece: number, incoming: IncomingPiece, digest: string): void {
    if (this.#torrent.destroyed) return
    if (digest === this.#torrent._hashes[piece]) {
      for (const liar of this.#badBlocks.liars(piece, incoming.bytes)) this.#blame([liar])
      this.#joint.prove(piece)
    } else {
      this.#unwritten -= incoming.bytes.length
      this.#refuse(piece, incoming)
    }
  }

  #store({ first, count, bytes }: ProvedRun, done: () => void): void {
    const torrent = this.#torrent
    torrent.store?.put(first, bytes, (error) => {
      this.#unwritten -= bytes.length
      if (!error) done()
      if (torrent.destroyed) return
      if (error) torrent._destroy(error)
      else this.#mark(first, count)
    })
  }

  #mark(first: number, count: number): void {
    const torrent = this.#torrent
    for (let piece = first; piece < first + count; piece += 1) {
      torrent._markVerified(piece)
      this.#newPieces.add(piece)
    }
    this.#missing -= count
    if (this.#missing === 0) {
      this.#newPieces.tell()
      torrent._checkDone() // it looks at every file and piece
    }
    this.#onRoom()
  }

  #refuse(piece: number, incoming: IncomingPiece): void {
    const sources = [...new Set(incoming.senders)]
    const maySolve = sources.length > 1 && this.#badBlocks.keep(piece, incoming)
    this.#joint.refuse(piece)
    this.#order.failed(piece)
    this.#torrent.emit('warning', new Error(`piece ${piece} failed verification`))
    if (!maySolve) this.#blame(sources)
    this.#onRoom()
  }

  /** Who is banned for it is decided elsewhere; a source that did it alone is left in any case. */
  #blame(sources: readonly BlockSource[]): void {
    this.#torrent.emit('badPiece', sources)
    if (sources.length === 1) sources[0]?.destroy()
  }
}
