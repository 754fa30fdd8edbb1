/** What the engine is given once a torrent's metadata is known: checked objects and nothing a caller wrote. */
import type { TorrentDescription } from 'webtorrent'
import { toHex } from '../../../protocol/info-hash.ts'
import type { TorrentInfo } from '../../../protocol/torrent-info.ts'
import type { EngineStore } from '../storage/engine-store.ts'

const hashLength = 20

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
    pieces: Array.from({ length: info.pieceCount }, (_, i) =>
      toHex(info.pieces.subarray(i * hashLength, (i + 1) * hashLength)),
    ),
    files: info.files.map(({ safePath, length, offset }) => ({
      path: safePath,
      name: safePath,
      length,
      offset,
    })),
  }
}
