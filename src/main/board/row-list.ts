/**
 * A list of rows kept as JSON bytes: a row is serialized once when it changed, the list is a concatenation,
 * and an unchanged list is the same buffer with the same entity tag.
 */
import { hash, randomBytes } from 'node:crypto'

/** Tags of one process never equal those of another. */
const processTag = randomBytes(6).toString('base64url')
const comma = Buffer.from(',')
let lists = 0

interface Entry<Row> {
  row: Row
  bytes: Buffer | undefined
}

/** Hears of a row that was put (without `before`: added) or deleted (without `after`). */
export type RowListener<Row> = (key: string, before: Row | undefined, after: Row | undefined) => void

/** Rows by key, in the order they were first put. */
export class RowList<Row> {
  readonly #entries = new Map<string, Entry<Row>>()
  readonly #head: Buffer
  readonly #tag = `${processTag}-${(lists++).toString(36)}`
  readonly #onRow: RowListener<Row> | undefined
  #revision = 0
  #body: Buffer | undefined

  /** `field` is the name of the list in the success body. */
  constructor(field: string, onRow?: RowListener<Row>) {
    this.#onRow = onRow
    this.#head = Buffer.from(`{"status":"success","${field}":[`)
  }

  get size(): number {
    return this.#entries.size
  }

  get revision(): number {
    return this.#revision
  }

  /** Strong entity tag of the body as it is now. */
  get etag(): string {
    return `"${this.#tag}-${this.#revision.toString(36)}"`
  }

  get(key: string): Row | undefined {
    return this.#entries.get(key)?.row
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** Adds a row or replaces it in its place. */
  put(key: string, row: Row): void {
    const entry = this.#entries.get(key)
    const before = entry?.row
    if (entry === undefined) this.#entries.set(key, { row, bytes: undefined })
    else {
      entry.row = row
      entry.bytes = undefined
    }
    this.#changed()
    this.#onRow?.(key, before, row)
  }

  delete(key: string): void {
    const before = this.#entries.get(key)?.row
    if (!this.#entries.delete(key)) return
    this.#changed()
    this.#onRow?.(key, before, undefined)
  }

  rows(): Row[] {
    return Array.from(this.#entries.values(), (entry) => entry.row)
  }

  /** The rows that `has` picks by key, as a list of its own: its tag tells nothing of the rows beside it. */
  part(has: (key: string) => boolean): { etag: string; body: () => Buffer; rows: () => Row[] } {
    const picked = [...this.#entries].filter(([key]) => has(key)).map(([, entry]) => entry)
    const body = this.#join(picked)
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
    return { etag, body: () => body, rows: () => picked.map(({ row }) => row) }
  }

  /** The whole success body. The same buffer until a row changes. */
  body(): Buffer {
    this.#body ??= this.#join(this.#entries.values())
    return this.#body
  }

  /** The rows alone, as the JSON of a list. */
  json(): string {
    return this.body().toString('utf8', this.#head.length - 1, this.body().length - 1)
  }

  #changed(): void {
    this.#revision += 1
    this.#body = undefined
  }

  #join(entries: Iterable<Entry<Row>>): Buffer {
    const parts: Buffer[] = [this.#head]
    for (const entry of entries) {
      entry.bytes ??= Buffer.from(JSON.stringify(entry.row))
      if (parts.length > 1) parts.push(comma)
      parts.push(entry.bytes)
    }
    parts.push(Buffer.from(']}'))
    return Buffer.concat(parts)
  }
}
