/** Pieces that are there and lie one behind the other, with their bytes. */
export interface ProvedRun {
  readonly first: number
  readonly count: number
  readonly bytes: Buffer
}

const [expected, incoming, proved, gone] = [0, 1, 2, 3] as const

/**
 * Pieces that were begun together and lie one behind the other, in one memory: what is proved of them is written
 * by one write. A large piece is alone in it. Each is expected → incoming → proved → gone (handed out, or
 * refused); one that is only expected may go, too.
 */
export class JointPieces {
  readonly bytes: Buffer
  readonly #first: number
  readonly #pieceLength: number
  readonly #stages: Uint8Array
  #writes = 0

  /** `bytes` is the memory of `count` whole pieces from the first one on. */
  constructor(first: number, count: number, pieceLength: number, bytes: Buffer) {
    this.bytes = bytes
    this.#first = first
    this.#pieceLength = pieceLength
    this.#stages = new Uint8Array(count)
  }

  /** None of them is waited for: each is proved or gone. */
  get isWhole(): boolean {
    return !this.#stages.includes(expected) && !this.#stages.includes(incoming)
  }

  /** Nobody needs its memory any more. */
  get isUnused(): boolean {
    return this.#writes === 0 && this.#stages.every((stage) => stage === gone)
  }

  /** Where the bytes of a piece come in, once it does; undefined where it is not expected. */
  begin(piece: number): Buffer | undefined {
    if (this.#stages[piece - this.#first] !== expected) return undefined
    this.#stages[piece - this.#first] = incoming
    return this.#bytesOf(piece, 1)
  }

  /** The piece is there. */
  prove(piece: number): void {
    this.#stages[piece - this.#first] = proved
  }

  /** The piece turned out bad. */
  refuse(piece: number): void {
    this.#stages[piece - this.#first] = gone
  }

  /** Does not wait for pieces of which nothing came; gives them. */
  dismissExpected(): number[] {
    const dismissed: number[] = []
    for (const [at, stage] of this.#stages.entries())
      if (stage === expected) {
        this.#stages[at] = gone
        dismissed.push(this.#first + at)
      }
    return dismissed
  }

  /** A run that was handed out is on disk. */
  written(): void {
    this.#writes -= 1
  }

  /** Hands out what is proved, in runs as long as can be. */
  takeProved(): ProvedRun[] {
    const runs: ProvedRun[] = []
    for (let at = 0; at < this.#stages.length; at += 1) {
      const start = at
      for (; this.#stages[at] === proved; at += 1) this.#stages[at] = gone
      const [first, count] = [this.#first + start, at - start]
      if (count > 0) runs.push({ first, count, bytes: this.#bytesOf(first, count) })
    }
    this.#writes += runs.length
    return runs
  }

  #bytesOf(piece: number, count: number): Buffer {
    const start = (piece - this.#first) * this.#pieceLength
    return this.bytes.subarray(start, start + count * this.#pieceLength)
  }
}
