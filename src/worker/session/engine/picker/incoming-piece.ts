import { createHash, type Hash } from 'node:crypto'
import { pieceThread } from '../../piece-thread/piece-thread.ts'

const blockLength = 16 * 1024
/** Hashed at once; a whole large piece would stall the thread. */
const hashStep = 1024 * 1024

/** Who sent a block; ended when all of a bad piece came from it. */
export interface BlockSource {
  destroy(): void
}

/** The bytes of a piece while its blocks come in, hashed as far as they are there without a gap. */
export class IncomingPiece {
  readonly bytes: Buffer
  /** Who sent each block. */
  readonly senders: BlockSource[] = []
  /** Which blocks are there, of a piece that may be hashed in more than one step. */
  readonly #present: Uint8Array | undefined
  /** Of a piece that is hashed in more than one step. */
  #hash: Hash | undefined
  #gap = 0
  #hashed = 0

  /** `bytes` is where the piece is put together: memory of any kind, as long as the piece. */
  constructor(bytes: Buffer) {
    this.bytes = bytes
    if (bytes.length > hashStep) this.#present = new Uint8Array(Math.ceil(bytes.length / blockLength))
  }

  /** Takes a block; the bytes are copied. */
  set(block: number, bytes: Uint8Array, source: BlockSource): void {
    const start = block * blockLength
    // `set` copies word by word into memory that threads share, ten times as slow
    this.bytes.fill(bytes, start, start + bytes.length)
    this.senders[block] = source
    if (this.#present === undefined) return
    this.#present[block] = 1
    while (this.#present[this.#gap] === 1) this.#gap += 1
    if (this.#gap * blockLength - this.#hashed >= hashStep)
      if (this.#hash || !pieceThread.isReady) this.#hashTo(this.#gap * blockLength)
  }

  /** Gives the SHA-1 in hex, once every block was set, in this turn where no other thread makes it. */
  digest(done: (digest: string) => void): void {
    if (this.#hash) done(this.#hashTo(this.bytes.length).digest('hex'))
    else pieceThread.hash(this.bytes, done)
  }

  #hashTo(end: number): Hash {
    this.#hash ??= createHash('sha1')
    this.#hash.update(this.bytes.subarray(this.#hashed, end))
    this.#hashed = Math.min(end, this.bytes.length)
    return this.#hash
  }
}
