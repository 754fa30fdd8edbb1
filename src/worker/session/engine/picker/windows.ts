/** Ranges of pieces that readers wait for, one for each owner; they may overlap. */
export class Windows {
  readonly #ranges = new Map<unknown, { first: number; end: number }>()

  get isEmpty(): boolean {
    return this.#ranges.size === 0
  }

  set(owner: unknown, first: number, count: number): void {
    this.#ranges.set(owner, { first, end: first + count })
  }

  /** The range the owner had, so that whoever asks can look at its pieces again. */
  clear(owner: unknown): { first: number; end: number } | undefined {
    const range = this.#ranges.get(owner)
    this.#ranges.delete(owner)
    return range
  }

  covers(piece: number): boolean {
    for (const { first, end } of this.#ranges.values()) if (piece >= first && piece < end) return true
    return false
  }

  /** Calls `visit` with their pieces, in turns: the next of each owner, so that no reader waits for another. */
  visit(visit: (piece: number) => boolean): void {
    const ranges = [...this.#ranges.values()]
    const longest = Math.max(0, ...ranges.map(({ first, end }) => end - first))
    for (let offset = 0; offset < longest; offset += 1) {
      for (const { first, end } of ranges) if (first + offset < end && !visit(first + offset)) return
    }
  }
}
