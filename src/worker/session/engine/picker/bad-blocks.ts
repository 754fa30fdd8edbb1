import { hash } from 'node:crypto'
import type { BlockSource, IncomingPiece } from './incoming-piece.ts'

const blockLength = 16 * 1024
/** Pieces, and attempts at each of them, that are remembered. */
const mostPieces = 64
const mostAttempts = 4

interface SentBlock {
  readonly digest: string
  readonly source: BlockSource
}

/** What was sent of pieces that turned out bad, until they come and show who lied. */
export class BadBlocks {
  readonly #attempts = new Map<number, SentBlock[][]>()

  /** Keeps who sent what of a bad piece; true where the next attempt at it may tell who did it. */
  keep(piece: number, { bytes, senders }: IncomingPiece): boolean {
    const attempts = this.#attempts.get(piece) ?? []
    const isFirst = attempts.length === 0
    if (isFirst ? this.#attempts.size >= mostPieces : attempts.length >= mostAttempts) return false
    attempts.push(senders.map((source, block) => ({ digest: digestOf(bytes, block), source })))
    this.#attempts.set(piece, attempts)
    return isFirst
  }

  /** The piece came: those who had sent other bytes in a block of it. */
  liars(piece: number, bytes: Uint8Array): ReadonlySet<BlockSource> {
    const liars = new Set<BlockSource>()
    const attempts = this.#attempts.get(piece)
    if (!attempts) return liars
    this.#attempts.delete(piece)
    for (const attempt of attempts)
      attempt.forEach(({ digest, source }, block) => {
        if (!liars.has(source) && digest !== digestOf(bytes, block)) liars.add(source)
      })
    return liars
  }
}

function digestOf(bytes: Uint8Array, block: number): string {
  return hash('sha1', bytes.subarray(block * blockLength, (block + 1) * blockLength), 'base64')
}
