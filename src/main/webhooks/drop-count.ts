/** How many events a webhook was not told of: kept, in one write at a time however fast they come. */
import type { BackgroundWrites } from '../records/journal.ts'

export class DropCount {
  readonly #id: string
  readonly #background: Pick<BackgroundWrites, 'written'>
  #count: number
  #kept: number
  #writing: Promise<void> | undefined

  /** Of the webhook of this id; `kept` is what the store has. */
  constructor(id: string, kept: number, background: Pick<BackgroundWrites, 'written'>) {
    this.#id = id
    this.#background = background
    this.#count = kept
    this.#kept = kept
  }

  get count(): number {
    return this.#count
  }

  /** Counts one more. */
  add(): void {
    this.#count += 1
    this.#writing ??= this.#write()
  }

  /** Settles when the count is in the store, or could not be written. */
  async written(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#kept < this.#count) {
      const dropped = this.#count
      await this.#background.written({ type: 'put_dropped', id: this.#id, dropped })
      this.#kept = dropped
    }
    this.#writing = undefined
  }
}
