/**
 * A list of rows kept as JSON bytes: a row is serialized once when it changed, an unchanged list is the same
 * buffers with the same entity tag, and of a long one only the blocks are written anew that changed.
 */
import { hash, randomBytes } from 'node:crypto'
import { RowBlock, type BlockedRow } from './row-block.ts'

/** Tags of one process never equal those of another. */
const processTag = randomBytes(6).toString('base64url')
const tail = Buffer.from(']}')
const blockRows = 256
/** What is shorter is one buffer: below it a copy is cheaper than to send the parts. */
const maxJoined = 1024 * 1024
let lists = 0

/** Hears of a row that was put (without `before`: added) or deleted (without `after`). */
export type RowListener<Row> = (key: string, before: Row | undefined, after: Row | undefined) => void

/** Rows by key, in the order they were first put. */
export class RowList<Row> {
  readonly #rows = new Map<string, BlockedRow<Row>>()
  readonly #blocks: RowBlock<Row>[] = []
  readonly #head: Buffer
  readonly #tag = `${processTag}-${(lists++).toString(36)}`
  readonly #onRow: RowListener<Row> | undefined
  #revision = 0
  #parts: readonly Buffer[] | undefined

  /** `field` is the name of the list in the success body. */
  constructor(field: string, onRow?: RowListener<Row>) {
    this.#onRow = onRow
    this.#head = Buffer.from(`{"status":"success","${field}":[`)
  }

  get size(): number {
    return this.#rows.size
  }

  get revision(): number {
    return this.#revision
  }

  /** Strong entity tag of the body as it is now. */
  get etag(): string {
    return `"${this.#tag}-${this.#revision.toString(36)}"`
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key)?.row
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  /** Adds a row or replaces it in its place. */
  put(key: string, row: Row): void {
    const blocked = this.#rows.get(key)
    const before = blocked?.row
    if (blocked === undefined) this.#rows.set(key, this.#lastBlock().add(row))
    else blocked.block.replace(blocked, row)
    this.#changed()
    this.#onRow?.(key, before, row)
  }

  delete(key: string): void {
    const blocked = this.#rows.get(key)
    if (blocked === undefined) return
    const { row, block } = blocked
    this.#rows.delete(key)
    block.delete(blocked)
    this.#shrink(block)
    this.#changed()
    this.#onRow?.(key, row, undefined)
  }

  rows(): Row[] {
    return Array.from(this.#rows.values(), ({ row }) => row)
  }

  /** The rows that `has` picks by key, as a list of its own: its tag tells nothing of the rows beside it. */
  part(has: (key: string) => boolean): { etag: string; parts: () => readonly Buffer[]; rows: () => Row[] } {
    const picked = [...this.#rows].filter(([key]) => has(key)).map(([, blocked]) => blocked)
    const body = Buffer.concat(this.#bodyOf(picked.map((blocked) => blocked.block.bytesOf(blocked))))
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
    return { etag, parts: () => [body], rows: () => picked.map(({ row }) => row) }
  }

  /** The whole success body, one part after the other. The same buffers until a row changes. */
  parts(): readonly Buffer[] {
    this.#parts ??= this.#join()
    return this.#parts
  }

  /** The rows alone, as the JSON of a list. */
  json(): string {
    return `[${this.#blocks
      .map((block) => block.bytes().toString())
      .join('')
      .slice(1)}]`
  }

  #changed(): void {
    this.#revision += 1
    this.#parts = undefined
  }

  /** One that takes a row more. */
  #lastBlock(): RowBlock<Row> {
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.size < blockRows) return last
    const block = new RowBlock<Row>()
    this.#blocks.push(block)
    return block
  }

  /** Blocks stay few where many rows are deleted. */
  #shrink(block: RowBlock<Row>): void {
    const place = this.#blocks.indexOf(block)
    const next = this.#blocks[place + 1]
    if (block.size === 0) this.#blocks.splice(place, 1)
    else if (next !== undefined && block.size + next.size <= blockRows / 2) {
      block.absorb(next)
      this.#blocks.splice(place + 1, 1)
    }
  }

  #join(): Buffer[] {
    const parts = this.#bodyOf(this.#blocks.map((block) => block.bytes()))
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    return length > maxJoined ? parts : [Buffer.concat(parts, length)]
  }

  /** The body around rows with a comma before each. */
  #bodyOf([first, ...others]: Buffer[]): Buffer[] {
    return [this.#head, ...(first ? [first.subarray(1)] : []), ...others, tail]
  }
}
