/** Which pieces of a torrent are wanted, after the priorities of its files, and how much of them is missing. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { skipped, type TorrentOptions } from '../../protocol/torrent-options.ts'
import type { PieceBits } from './piece-bits.ts'

type FilePriorities = Pick<TorrentOptions, 'file_priorities' | 'default_priority'>

export class Selection {
  /** One for each piece, 0 (not wanted) to 7: the highest of the files that have bytes in it. */
  readonly priorities: Uint8Array
  /** Bytes of the wanted pieces. */
  readonly bytes: number
  readonly #info: TorrentInfo
  readonly #options: FilePriorities
  #left: number

  constructor(info: TorrentInfo, options: FilePriorities, bits: PieceBits) {
    this.#info = info
    this.#options = options
    this.priorities = piecePriorities(info, options)
    let [bytes, left] = [0, 0]
    for (const [piece, priority] of this.priorities.entries()) {
      if (priority === skipped) continue
      bytes += this.#sizeOf(piece)
      if (!bits.has(piece)) left += this.#sizeOf(piece)
    }
    this.bytes = bytes
    this.#left = left
  }

  /** Bytes of the wanted pieces that are missing. */
  get left(): number {
    return this.#left
  }

  /** A piece that was missing is there. */
  gained(piece: number): void {
    if (this.priorities[piece] !== skipped) this.#left -= this.#sizeOf(piece)
  }

  /** The same choice where other pieces are there. */
  over(bits: PieceBits): Selection {
    return new Selection(this.#info, this.#options, bits)
  }

  #sizeOf(piece: number): number {
    const { pieceLength, length } = this.#info
    return Math.min(pieceLength, length - piece * pieceLength)
  }
}

/** The priority of a file that is no padding. */
export function filePriority(index: number, { file_priorities, default_priority }: FilePriorities): number {
  return file_priorities[index] ?? default_priority
}

function piecePriorities(
  { files, pieceCount, pieceLength }: TorrentInfo,
  options: FilePriorities,
): Uint8Array {
  const priorities = new Uint8Array(pieceCount)
  let priority = skipped
  for (const { index, offset, length, padding } of files) {
    // padding goes with the file before it
    if (!padding) priority = filePriority(index, options)
    if (length === 0 || priority === skipped) continue
    const last = Math.floor((offset + length - 1) / pieceLength)
    for (let piece = Math.floor(offset / pieceLength); piece <= last; piece += 1)
      priorities[piece] = Math.max(priorities[piece] ?? 0, priority)
  }
  return priorities
}
