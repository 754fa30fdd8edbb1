/** Which pieces a file of a torrent takes part in. */
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import { isOnDisk } from '../storage/layout.ts'

/** First piece and end, excluded; an empty range for a file without bytes. */
export function piecesOf(
  info: TorrentInfo,
  file: { offset: number; length: number },
): [first: number, end: number] {
  if (file.length === 0) return [0, 0]
  return [
    Math.floor(file.offset / info.pieceLength),
    Math.ceil((file.offset + file.length) / info.pieceLength),
  ]
}

/** The pieces that these files take part in, by the files' indices. */
export function piecesIn(info: TorrentInfo, files: Iterable<number>): Set<number> {
  const pieces = new Set<number>()
  for (const index of files) {
    const [first, end] = piecesOf(info, info.files[index] ?? { offset: 0, length: 0 })
    for (let piece = first; piece < end; piece += 1) pieces.add(piece)
  }
  return pieces
}

/** Indices of the files on disk that take part in a piece for which `is` holds. */
export function filesWith(info: TorrentInfo, is: (piece: number) => boolean): number[] {
  return info.files
    .filter((file) => {
      if (!isOnDisk(file)) return false
      const [first, end] = piecesOf(info, file)
      for (let piece = first; piece < end; piece += 1) if (is(piece)) return true
      return false
    })
    .map(({ index }) => index)
}
