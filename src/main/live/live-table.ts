/**
 * Rows that know when each of their fields last changed, so that what changed since any revision is told
 * by looking at the rows that changed and at no others. Computed once for each change, whoever follows.
 */
import type { RowChanges } from '../../protocol/live.ts'

/** One count for all tables of a process. */
export interface Revisions {
  current: number
}

interface Entry<Row> {
  readonly key: string
  row: Row
  /** Removed, and remembered for those who have not heard of it. */
  isGone: boolean
  addedAt: number
  changedAt: number
  /** By the place of the field in the table's fields. */
  fieldsChangedAt: number[]
  older: Entry<Row> | undefined
  newer: Entry<Row> | undefined
}

const maxRemoved = 2000

/** The rows of one list, and in which order they changed. */
export class LiveTable<Row extends object> {
  readonly bornAt: number
  readonly #revisions: Revisions
  readonly #keyField: keyof Row & string
  readonly #fields: readonly (keyof Row & string)[]
  readonly #entries = new Map<string, Entry<Row>>()
  #newest: Entry<Row> | undefined
  #oldest: Entry<Row> | undefined
  #removed = 0
  #forgottenAt = 0

  constructor(revisions: Revisions, keyField: keyof Row & string, fields: readonly (keyof Row & string)[]) {
    this.#revisions = revisions
    this.bornAt = ++revisions.current
    this.#keyField = keyField
    this.#fields = fields
  }

  /** When it last changed. */
  get changedAt(): number {
    return this.#newest?.changedAt ?? this.bornAt
  }

  /** Whether it can tell what changed since then; else everything has to be told. */
  remembers(revision: number): boolean {
    return revision >= this.bornAt && revision >= this.#forgottenAt
  }

  /** The rows that are there and when each was added. */
  rows(): Pick<Entry<Row>, 'key' | 'row' | 'addedAt'>[] {
    return [...this.#entries.values()].filter(({ isGone }) => !isGone)
  }

  put(key: string, row: Row): void {
    const entry = this.#entries.get(key)
    const at = ++this.#revisions.current
    if (entry === undefined || entry.isGone) {
      if (entry !== undefined) this.#forget(entry)
      this.#add(key, row, at)
      return
    }
    const before = entry.row
    this.#fields.forEach((field, place) => {
      if (!isSame(before[field], row[field])) entry.fieldsChangedAt[place] = at
    })
    entry.row = row
    this.#touch(entry, at)
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.isGone) return
    entry.isGone = true
    this.#touch(entry, ++this.#revisions.current)
    this.#removed += 1
    if (this.#removed > maxRemoved) this.#forgetOldRemovals()
  }

  /**
   * What changed after `revision`, as far as it is of `fields`; undefined for nothing. Rows that `sees`
   * refuses are left out; also of those that were removed.
   */
  changesSince(
    revision: number,
    fields: ReadonlySet<string>,
    sees: (row: Row) => boolean = () => true,
  ): RowChanges<Row> | undefined {
    const added: Entry<Row>[] = []
    const changed: Partial<Row>[] = []
    const removed: string[] = []
    for (let entry = this.#newest; entry && entry.changedAt > revision; entry = entry.older) {
      if (!sees(entry.row)) continue
      if (entry.isGone) {
        if (entry.addedAt <= revision) removed.push(entry.key)
      } else if (entry.addedAt > revision) added.push(entry)
      else {
        const part = this.#changedPart(entry, revision, fields)
        if (part !== undefined) changed.push(part)
      }
    }
    if (added.length + changed.length + removed.length === 0) return undefined
    added.sort((one, other) => one.addedAt - other.addedAt)
    return { added: added.map(({ row }) => this.#pick(row, fields)), changed, removed }
  }

  #add(key: string, row: Row, at: number): void {
    const fieldsChangedAt = this.#fields.map(() => at)
    const place = { older: undefined, newer: undefined }
    const entry = { key, row, isGone: false, addedAt: at, changedAt: at, fieldsChangedAt, ...place }
    this.#entries.set(key, entry)
    this.#link(entry)
  }

  #pick(row: Row, fields: ReadonlySet<string>): Partial<Row> {
    const picked: Partial<Row> = {}
    for (const field of this.#fields) {
      const value = row[field]
      if (value !== undefined && (fields.has(field) || field === this.#keyField)) picked[field] = value
    }
    return picked
  }

  #changedPart(
    { row, fieldsChangedAt }: Entry<Row>,
    revision: number,
    fields: ReadonlySet<string>,
  ): Partial<Row> | undefined {
    const changed = this.#fields.filter((field, place) => {
      return (fieldsChangedAt[place] ?? 0) > revision && fields.has(field)
    })
    if (changed.length === 0) return undefined
    const part = { [this.#keyField]: row[this.#keyField] } as Partial<Row>
    for (const field of changed) part[field] = row[field] ?? (null as Row[keyof Row & string])
    return part
  }

  #touch(entry: Entry<Row>, at: number): void {
    this.#unlink(entry)
    entry.changedAt = at
    this.#link(entry)
  }

  #link(entry: Entry<Row>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest) this.#newest.newer = entry
    else this.#oldest = entry
    this.#newest = entry
  }

  #unlink({ older, newer }: Entry<Row>): void {
    if (newer) newer.older = older
    else this.#newest = older
    if (older) older.newer = newer
    else this.#oldest = newer
  }

  #forget(entry: Entry<Row>): void {
    this.#unlink(entry)
    this.#entries.delete(entry.key)
    this.#removed -= 1
  }

  #forgetOldRemovals(): void {
    for (let entry = this.#oldest; entry && this.#removed > maxRemoved / 2; entry = entry.newer) {
      if (!entry.isGone) continue
      this.#forgottenAt = entry.changedAt
      this.#forget(entry)
    }
  }
}

/** Small objects, such as an error or settings, are compared by what they say. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  return JSON.stringify(one) === JSON.stringify(other)
}
