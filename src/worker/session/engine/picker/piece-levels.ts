import { windowLevel } from './untouched-pieces.ts'
import { Windows } from './windows.ts'

const usualPriority = 4
const highestPriority = 7

/** How much each piece is wanted: its priority (0 to 7), or the highest level inside a streaming window. */
export class PieceLevels {
  readonly #priorities: Uint8Array
  readonly #levels: Uint8Array
  readonly #windows = new Windows()
  readonly #onChange: (piece: number, before: number, after: number) => void

  constructor(pieceCount: number, onChange: (piece: number, before: number, after: number) => void) {
    this.#priorities = new Uint8Array(pieceCount).fill(usualPriority)
    this.#levels = new Uint8Array(pieceCount).fill(usualPriority)
    this.#onChange = onChange
  }

  of(piece: number): number {
    return this.#levels[piece] ?? 0
  }

  /** One priority for each piece from `first` on; what is above 7 counts as 7. */
  setPriorities(priorities: Uint8Array, first = 0): void {
    const end = Math.min(first + priorities.length, this.#priorities.length)
    for (let piece = first; piece < end; piece += 1) {
      this.#priorities[piece] = Math.min(priorities[piece - first] ?? 0, highestPriority)
      this.#settle(piece)
    }
  }

  /** An owner has one window; another one replaces it. */
  setWindow(owner: unknown, first: number, count: number): void {
    this.clearWindow(owner)
    const start = Math.max(0, first)
    const end = Math.min(first + count, this.#levels.length)
    if (end <= start) return
    this.#windows.set(owner, start, end - start)
    for (let piece = start; piece < end; piece += 1) this.#settle(piece)
  }

  clearWindow(owner: unknown): void {
    const range = this.#windows.clear(owner)
    if (range) for (let piece = range.first; piece < range.end; piece += 1) this.#settle(piece)
  }

  /** The pieces of all windows, those read first at the beginning, until `visit` answers false. */
  visitWindows(visit: (piece: number) => boolean): void {
    if (!this.#windows.isEmpty) this.#windows.visit(visit)
  }

  #settle(piece: number): void {
    const before = this.of(piece)
    const after = this.#windows.covers(piece) ? windowLevel : (this.#priorities[piece] ?? 0)
    if (before === after) return
    this.#levels[piece] = after
    this.#onChange(piece, before, after)
  }
}
