/** Rows that stand beside each other in a list, as JSON bytes: of a change only what changed is written anew. */

/** A row and its place in the bytes of its block; without a length it is to be written. */
export interface BlockedRow<Row> {
  row: Row
  block: RowBlock<Row>
  start: number
  length: number
}

export class RowBlock<Row> {
  readonly #rows = new Set<BlockedRow<Row>>()
  #bytes: Buffer = Buffer.alloc(0)
  #isWritten = true

  get size(): number {
    return this.#rows.size
  }

  /** Puts a new row behind the others. */
  add(row: Row): BlockedRow<Row> {
    const blocked = { row, block: this, start: 0, length: 0 }
    this.#rows.add(blocked)
    this.#isWritten = false
    return blocked
  }

  replace(blocked: BlockedRow<Row>, row: Row): void {
    blocked.row = row
    blocked.length = 0
    this.#isWritten = false
  }

  delete(blocked: BlockedRow<Row>): void {
    this.#rows.delete(blocked)
    this.#isWritten = false
  }

  /** Takes all rows of another block, behind its own. */
  absorb(other: RowBlock<Row>): void {
    for (const blocked of other.#rows) {
      this.#rows.add(blocked)
      blocked.block = this
      this.replace(blocked, blocked.row)
    }
  }

  /** The JSON of one row, a comma before it. */
  bytesOf(blocked: BlockedRow<Row>): Buffer {
    const bytes = this.bytes()
    return bytes.subarray(blocked.start, blocked.start + blocked.length)
  }

  /** The JSON of the rows, a comma before each. The same buffer until something changes, and never written to again. */
  bytes(): Buffer {
    if (!this.#isWritten) this.#bytes = this.#write()
    this.#isWritten = true
    return this.#bytes
  }

  #write(): Buffer {
    const before = this.#bytes
    const parts: Buffer[] = []
    let [kept, keptEnd, end] = [0, 0, 0]
    for (const blocked of this.#rows) {
      const { start, length } = blocked
      if (length === 0 || start !== keptEnd) {
        parts.push(before.subarray(kept, keptEnd))
        kept = length === 0 ? 0 : start
        keptEnd = kept
      }
      if (length > 0) keptEnd += length
      else {
        const fresh = Buffer.from(`,${JSON.stringify(blocked.row)}`)
        parts.push(fresh)
        blocked.length = fresh.length
      }
      blocked.start = end
      end += blocked.length
    }
    parts.push(before.subarray(kept, keptEnd))
    return Buffer.concat(parts, end)
  }
}
