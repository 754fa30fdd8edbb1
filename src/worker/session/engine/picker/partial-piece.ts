/** Adjacent blocks of one piece, asked of one peer in one request. */
export interface Run {
  readonly piece: number
  readonly block: number
  readonly count: number
}

/**
 * A piece that was begun: which of its blocks arrived, and which peers are asked for the others. A block is
 * free (nobody is asked), held (by one peer, or several in the endgame) or arrived.
 */
export class PartialPiece<Peer> {
  readonly piece: number
  readonly blockCount: number
  readonly #arrived: Uint8Array
  readonly #holders: Peer[][]
  readonly #askedAt: Float64Array
  #arrivals = 0
  #free: number
  /** No block below it is free. */
  #lowest = 0

  constructor(piece: number, blockCount: number) {
    this.piece = piece
    this.blockCount = blockCount
    this.#free = blockCount
    this.#arrived = new Uint8Array(blockCount)
    this.#holders = Array.from({ length: blockCount }, () => [])
    this.#askedAt = new Float64Array(blockCount)
  }

  get hasFree(): boolean {
    return this.#free > 0
  }

  get isComplete(): boolean {
    return this.#arrivals === this.blockCount
  }

  /** Nothing arrived and nobody is asked: as if it had not been begun. */
  get isUntouched(): boolean {
    return this.#free === this.blockCount
  }

  /** Holds the first free blocks that are adjacent, at most `most`. */
  take(peer: Peer, most: number, now: number): Run | undefined {
    if (this.#free === 0) return undefined
    while (!this.#isFree(this.#lowest)) this.#lowest += 1
    const block = this.#lowest
    while (this.#lowest < block + most && this.#isFree(this.#lowest)) {
      this.#hold(this.#lowest, peer, now)
      this.#free -= 1
      this.#lowest += 1
    }
    return { piece: this.piece, block, count: this.#lowest - block }
  }

  /** Holds one more time a block that others were asked for no later than `askedBy`. */
  duplicate(peer: Peer, mostHolders: number, askedBy: number, now: number): Run | undefined {
    for (let block = this.blockCount - 1; block >= 0; block -= 1) {
      const holders = this.#holders[block] ?? []
      if (holders.length === 0 || holders.length >= mostHolders || holders.includes(peer)) continue
      if ((this.#askedAt[block] ?? 0) > askedBy) continue
      this.#hold(block, peer, now)
      return { piece: this.piece, block, count: 1 }
    }
    return undefined
  }

  /** Gives a block back that the peer will not send. */
  release(peer: Peer, block: number): void {
    const holders = this.#holders[block]
    const at = holders?.indexOf(peer) ?? -1
    if (!holders || at < 0) return
    holders.splice(at, 1)
    if (holders.length > 0) return
    this.#free += 1
    this.#lowest = Math.min(this.#lowest, block)
  }

  /** The block is here: the other peers that hold it, or undefined when it was here before. */
  arrive(peer: Peer, block: number): Peer[] | undefined {
    if (block >= this.blockCount || this.#arrived[block] === 1) return undefined
    const holders = this.#holders[block] ?? []
    if (holders.length === 0) this.#free -= 1 // it was given back, and came all the same
    this.#arrived[block] = 1
    this.#arrivals += 1
    this.#holders[block] = []
    return holders.length === 1 && holders[0] === peer ? [] : holders.filter((other) => other !== peer)
  }

  #isFree(block: number): boolean {
    return this.#arrived[block] === 0 && this.#holders[block]?.length === 0
  }

  #hold(block: number, peer: Peer, now: number): void {
    this.#holders[block]?.push(peer)
    this.#askedAt[block] = now
  }
}
