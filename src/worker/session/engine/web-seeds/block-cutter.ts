import type { Run } from '../picker/partial-piece.ts'

export const blockLength = 16 * 1024

/** Takes a whole block; the bytes are used until it returns. */
export type TakeBlock = (piece: number, block: number, bytes: Uint8Array) => void

/** Cuts what comes for some runs, in their order and without gaps, into blocks. */
export class BlockCutter {
  readonly #runs: Run[]
  readonly #lengthOf: (piece: number) => number
  readonly #take: TakeBlock
  readonly #partial = new Uint8Array(blockLength)
  #partialLength = 0

  /** `lengthOf` gives the bytes of a piece. */
  constructor(runs: readonly Run[], lengthOf: (piece: number) => number, take: TakeBlock) {
    this.#runs = runs.map((run) => ({ ...run }))
    this.#lengthOf = lengthOf
    this.#take = take
  }

  /** What has not come. */
  rest(): readonly Run[] {
    return this.#runs
  }

  /** The bytes that come next; those past the last run are left out. */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      const [run] = this.#runs
      if (run === undefined) return
      const wanted = Math.min(blockLength, this.#lengthOf(run.piece) - run.block * blockLength)
      const part = bytes.subarray(at, at + wanted - this.#partialLength)
      at += part.length
      const isWhole = this.#partialLength === 0 && part.length === wanted
      if (!isWhole) this.#partial.set(part, this.#partialLength)
      this.#partialLength = isWhole ? wanted : this.#partialLength + part.length
      if (this.#partialLength < wanted) return
      this.#partialLength = 0
      this.#advance(run)
      this.#take(run.piece, run.block, isWhole ? part : this.#partial.subarray(0, wanted))
    }
  }

  #advance({ piece, block, count }: Run): void {
    if (count === 1) this.#runs.shift()
    else this.#runs[0] = { piece, block: block + 1, count: count - 1 }
  }
}
