/** Adjacent blocks of one piece, asked of one peer in one request. */
export interface Run {
  readonly piece: number
  readonly block: number
  readonly count: number
}

const arrived = Infinity

/**
 * A piece that was begun: which of its blocks arrived, and which peers are asked for the others. A block is
 * free (nobody is asked), held (by one peer, or several in the endgame) or arrived.
 */
export class PartialPiece<Peer> {
  readonly piece: number
  readonly blockCount: number
  readonly #holders: (Peer[] | undefined)[]
  /** When a block was last asked for; without an end once it arrived. */
  readonly #askedAt: number[]
  #arrivals = 0
  #free: number
  /** No block below it is free. */
  #lowest = 0

  constructor(piece: number, blockCount: number) {
    this.piece = piece
    this.blockCount = blockCount
    this.#free = blockCount
    this.#holders = new Array<undefined>(blockCount).fill(undefined)
    this.#askedAt = new Array<number>(blockCount).fill(0)
  }

  get hasFree(): boolean {
    return this.#free > 0
  }

  get isComplete(): boolean {
    return this.#arrivals === this.blockCount
  }

  /** Nobody is asked for any block of it. */
  get isAbandoned(): boolean {
    return this.#free + this.#arrivals === this.blockCount
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
      const holders = this.#holders[block]
      if (!holders || holders.length >= mostHolders || holders.includes(peer)) continue
      if ((this.#askedAt[block] ?? arrived) > askedBy) continue
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
    this.#holders[block] = undefined
    this.#free += 1
    this.#lowest = Math.min(this.#lowest, block)
  }

  /** The block is here: the other peers that hold it, or undefined when it was here before. */
  arrive(peer: Peer, block: number): Peer[] | undefined {
    if (block >= this.blockCount || this.#askedAt[block] === arrived) return undefined
    const holders = this.#holders[block]
    if (!holders) this.#free -= 1 // it was given back, and came all the same
    this.#askedAt[block] = arrived
    this.#arrivals += 1
    this.#holders[block] = undefined
    return holders?.filter((other) => other !== peer) ?? []
  }

  #isFree(block: number): boolean {
    return block < this.blockCount && !this.#holders[block] && this.#askedAt[block] !== arrived
  }

  #hold(block: number, peer: Peer, now: number): void {
    const holders = this.#holders[block]
    if (holders) holders.push(peer)
    else this.#holders[block] = [peer]
    this.#askedAt[block] = now
  }
}
