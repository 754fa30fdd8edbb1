/** What the engine is given once a torrent's metadata is known: checked objects and nothing a caller wrote. */
import type { TorrentDescription } from 'webtorrent'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { EngineStore } from '../storage/engine-store.ts'

/** Hex digits of a SHA-1. */
const hashDigits = 40

/** A torrent that is ready to be opened. */
export interface Content {
  readonly info: TorrentInfo
  /** The raw bytes of the info dictionary, as peers ask for them (BEP 9). */
  readonly rawInfo: Uint8Array
  /** Pieces that are there, one bit each, most significant first. */
  readonly bits: Uint8Array
  readonly store: EngineStore
  /** One priority for each piece, 0 (not wanted) to 7; all are wanted without it. */
  readonly priorities?: Uint8Array
}

/**
 * The description the engine takes. `info` stays empty: the engine would encode it anew, and what it would
 * make of that is replaced by the raw bytes.
 */
export function describe(infoHash: string, { info, rawInfo }: Content): TorrentDescription {
  const lastPieceLength = info.length - (info.pieceCount - 1) * info.pieceLength
  return {
    infoHash,
    name: info.name,
    announce: [],
    urlList: [],
    info: {},
    infoBuffer: rawInfo,
    private: info.private,
    length: info.length,
    pieceLength: info.pieceLength,
    lastPieceLength,
    pieces: hashTexts(info),
    files: info.files.map(({ safePath, length, offset }) => ({
      path: safePath,
      name: safePath,
      length,
      offset,
    })),
  }
}

/** Parts of one text: made one by one, those of a torrent of 16,384 pieces keep the thread for 30 ms. */
function hashTexts({ pieces, pieceCount }: TorrentInfo): string[] {
  const text = Buffer.from(pieces.buffer, pieces.byteOffset, pieces.byteLength).toString('hex')
  return Array.from({ length: pieceCount }, (_, piece) =>
    text.slice(piece * hashDigits, (piece + 1) * hashDigits),
  )
}
