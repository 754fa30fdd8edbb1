/** Which pieces of a torrent are wanted, after the priorities of its files, and how much of them is missing. */
import type { TorrentInfo } from '../../protocol/torrent-info.ts'
import { skipped } from '../../protocol/file-priorities.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { PieceBits } from './piece-bits.ts'

type FilePriorities = Pick<TorrentOptions, 'file_priorities' | 'default_priority'> &
  Partial<Pick<TorrentOptions, 'first_last_first'>>

const highest = 7

export class Selection {
  /** Bytes of the wanted pieces. */
  readonly bytes: number
  readonly #info: TorrentInfo
  readonly #options: FilePriorities
  #left: number
  /** Made when they are asked for: of a torrent that is only seeded they never are. */
  #priorities: Uint8Array | undefined

  constructor(info: TorrentInfo, options: FilePriorities, bits: PieceBits) {
    this.#info = info
    this.#options = options
    const priorities = piecePriorities(info, options)
    let [bytes, left] = [0, 0]
    for (let piece = 0; piece < priorities.length; piece += 1) {
      if (priorities[piece] === skipped) continue
      const size = this.#sizeOf(piece)
      bytes += size
      if (!bits.has(piece)) left += size
    }
    this.bytes = bytes
    this.#left = left
  }

  /** One for each piece, 0 (not wanted) to 7: the highest of the files that have bytes in it. */
  get priorities(): Uint8Array {
    return (this.#priorities ??= piecePriorities(this.#info, this.#options))
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
  const edges = new Set<number>()
  let priority = skipped
  for (const { index, offset, length, padding } of files) {
    // padding goes with the file before it
    if (!padding) priority = filePriority(index, options)
    if (length === 0 || priority === skipped) continue
    const first = Math.floor(offset / pieceLength)
    const last = Math.floor((offset + length - 1) / pieceLength)
    for (let piece = first; piece <= last; piece += 1)
      priorities[piece] = Math.max(priorities[piece] ?? 0, priority)
    if (!padding) edges.add(first).add(last)
  }
  return options.first_last_first === true ? withEdgesFirst(priorities, edges) : priorities
}

/** These pieces above all others, which stay among themselves as they were but for the lowest two. */
function withEdgesFirst(priorities: Uint8Array, edges: ReadonlySet<number>): Uint8Array {
  return priorities.map((priority, piece) => {
    if (priority === skipped) return skipped
    return edges.has(piece) ? highest : Math.max(1, priority - 1)
  })
}
