/** What the store of a killed server claims, held against the bytes that lie on disk. */
import { createHash } from 'node:crypto'
import { closeSync, cpSync, existsSync, openSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TorrentRecord } from '../../src/protocol/records.ts'
import { withNames } from '../../src/protocol/torrent-place.ts'
import { parseInfo, type TorrentInfo } from '../../src/protocol/torrent-info.ts'

/** The claim of one torrent. */
export interface Claim {
  readonly infoHash: string
  /** Bytes of the pieces that are claimed. */
  readonly bytes: number
  /** Claimed pieces whose bytes are others. */
  readonly falsePieces: number
  /** Path of its first file. */
  readonly path: string
  /** Whether the claimed pieces are right in a file at another path, where it is the only one. */
  readonly isIn: (path: string) => boolean
}

interface Row {
  readonly info_hash: string
  readonly record: string
  readonly raw_info: Uint8Array
  readonly bits: Uint8Array
}

const hashLength = 20

/** Every claim of a data directory whose server is gone; `scratch` is a folder for a copy of its store. */
export function readClaims(dataDir: string, scratch: string): Claim[] {
  const name = 'resttorrent.sqlite'
  if (!existsSync(join(dataDir, name))) return []
  for (const file of [name, `${name}-wal`])
    if (existsSync(join(dataDir, file))) cpSync(join(dataDir, file), join(scratch, file))
  const database = new DatabaseSync(join(scratch, name))
  try {
    const rows = database
      .prepare(
        `SELECT info_hash, record, raw_info, bits FROM torrent
         JOIN metainfo ON metainfo.torrent = torrent.seq JOIN checkpoint ON checkpoint.torrent = torrent.seq
         WHERE removal = '' AND bits IS NOT NULL`,
      )
      .all() as unknown as Row[]
    return rows.map(claimOf)
  } finally {
    database.close()
  }
}

function claimOf({ info_hash, record, raw_info, bits }: Row): Claim {
  const { saveFolder, renamed } = JSON.parse(record) as Pick<TorrentRecord, 'saveFolder' | 'renamed'>
  const info = withNames(parseInfo(raw_info), renamed)
  const bytes = claimedPieces(info, bits)
    .map((piece) => Math.min(info.pieceLength, info.length - piece * info.pieceLength))
    .reduce((sum, length) => sum + length, 0)
  const path = join(saveFolder, info.files[0]?.safePath ?? '')
  const isIn = (other: string): boolean => {
    const there = withNames(info, [{ index: 0, path: basename(other) }])
    return falsePieces(there, dirname(other), bits) === 0
  }
  return { infoHash: info_hash, bytes, falsePieces: falsePieces(info, saveFolder, bits), path, isIn }
}

/** How many of the claimed pieces have other bytes on disk. */
export function falsePieces(info: TorrentInfo, saveFolder: string, bits: Uint8Array | undefined): number {
  return claimedPieces(info, bits).filter((piece) => {
    const expected = info.pieces.subarray(piece * hashLength, (piece + 1) * hashLength)
    return !createHash('sha1')
      .update(bytesOf(info, saveFolder, piece))
      .digest()
      .equals(expected)
  }).length
}

function claimedPieces(info: TorrentInfo, bits: Uint8Array | undefined): number[] {
  const pieces = Array.from({ length: info.pieceCount }, (_, piece) => piece)
  return pieces.filter((piece) => ((bits?.[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0)
}

/** The bytes of a piece as they lie in its files; what is missing is zeros. */
function bytesOf(info: TorrentInfo, saveFolder: string, piece: number): Buffer {
  const start = piece * info.pieceLength
  const content = Buffer.alloc(Math.min(info.pieceLength, info.length - start))
  for (const { safePath, offset, length, padding, symlink } of info.files) {
    const from = Math.max(start, offset)
    const to = Math.min(start + content.length, offset + length)
    if (padding || symlink || from >= to || !existsSync(join(saveFolder, safePath))) continue
    const file = openSync(join(saveFolder, safePath), 'r')
    readSync(file, content, from - start, to - from, from - offset)
    closeSync(file)
  }
  return content
}
