import { windowLevel, type UntouchedPieces } from './untouched-pieces.ts'

/**
 * Rarest first, ties in random order: a bucket for each availability of each level, every move in O(1). Of small
 * pieces those that lie in one extent of so many pieces come together where nothing else tells them apart.
 */
export class RarestFirst implements UntouchedPieces {
  readonly #buckets: number[][][] = Array.from({ length: windowLevel + 1 }, () => [])
  readonly #positions: Uint32Array
  readonly #levels: Uint8Array
  readonly #ranks: Uint32Array
  readonly #random: () => number
  readonly #extent: number

  constructor(pieceCount: number, random: () => number, extent = 1) {
    this.#extent = extent
    this.#positions = new Uint32Array(pieceCount)
    this.#levels = new Uint8Array(pieceCount)
    this.#ranks = new Uint32Array(pieceCount)
    this.#random = random
  }

  add(piece: number, level: number, availability: number): void {
    this.#levels[piece] = level
    this.#ranks[piece] = availability
    const bucket = this.#bucket(level, availability)
    const position = Math.floor(this.#random() * (bucket.length + 1))
    const displaced = bucket[position]
    if (displaced !== undefined) this.#put(bucket, bucket.length, displaced)
    this.#put(bucket, position, piece)
  }

  remove(piece: number): void {
    const bucket = this.#bucket(this.#levels[piece] ?? 0, this.#ranks[piece] ?? 0)
    const last = bucket.pop()
    if (last !== undefined && last !== piece) this.#put(bucket, this.#positions[piece] ?? 0, last)
  }

  rank(piece: number, availability: number): void {
    this.remove(piece)
    this.add(piece, this.#levels[piece] ?? 0, availability)
  }

  visit(level: number, visit: (piece: number) => boolean): void {
    for (const bucket of this.#buckets[level] ?? []) {
      for (const piece of bucket) if (!visit(piece)) return
    }
  }

  alike(piece: number): readonly number[] {
    if (this.#extent === 1) return [piece]
    const bucket = this.#bucket(this.#levels[piece] ?? 0, this.#ranks[piece] ?? 0)
    const first = piece - (piece % this.#extent)
    const pieces: number[] = []
    for (let each = first; each < first + this.#extent; each += 1)
      if (bucket[this.#positions[each] ?? -1] === each) pieces.push(each)
    return pieces
  }

  #bucket(level: number, availability: number): number[] {
    const ofLevel = this.#buckets[level] ?? []
    while (ofLevel.length <= availability) ofLevel.push([])
    return ofLevel[availability] ?? []
  }

  #put(bucket: number[], position: number, piece: number): void {
    bucket[position] = piece
    this.#positions[piece] = position
  }
}
