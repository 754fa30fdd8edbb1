import { windowLevel, type UntouchedPieces } from './untouched-pieces.ts'

const wordBits = 32

/** By index, whatever their availability: a bitmap for each level that was ever used. */
export class InSequence implements UntouchedPieces {
  readonly #words: number
  readonly #maps: (Uint32Array | undefined)[] = Array.from({ length: windowLevel + 1 }, () => undefined)
  readonly #levels: Uint8Array
  /** Below this word a level has no piece. */
  readonly #starts = new Uint32Array(windowLevel + 1)

  constructor(pieceCount: number) {
    this.#words = Math.ceil(pieceCount / wordBits)
    this.#levels = new Uint8Array(pieceCount)
  }

  add(piece: number, level: number): void {
    this.#levels[piece] = level
    const map = (this.#maps[level] ??= new Uint32Array(this.#words))
    const word = Math.floor(piece / wordBits)
    map[word] = (map[word] ?? 0) | (1 << (piece % wordBits))
    this.#starts[level] = Math.min(this.#starts[level] ?? 0, word)
  }

  remove(piece: number): void {
    const map = this.#maps[this.#levels[piece] ?? 0]
    const word = Math.floor(piece / wordBits)
    if (map) map[word] = (map[word] ?? 0) & ~(1 << (piece % wordBits))
  }

  rank(): void {
    return // availability does not matter here
  }

  alike(piece: number): readonly number[] {
    return [piece]
  }

  visit(level: number, visit: (piece: number) => boolean): void {
    const map = this.#maps[level]
    if (!map) return
    let word = this.#starts[level] ?? 0
    while (word < map.length && map[word] === 0) word += 1
    this.#starts[level] = word
    for (; word < map.length; word += 1) {
      let rest = map[word] ?? 0
      while (rest !== 0) {
        const bit = wordBits - 1 - Math.clz32(rest & -rest)
        if (!visit(word * wordBits + bit)) return
        rest &= rest - 1
      }
    }
  }
}
