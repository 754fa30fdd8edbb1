/** What can be read of a file at the moment, from a torrent's record alone. Pure. */
import { hasBit } from '../../protocol/progress.ts'
import type { FileIdentity, TorrentRecord } from '../../protocol/records.ts'
import { skipped } from '../../protocol/file-priorities.ts'

/** A file of a torrent, as far as its pieces go. */
export interface FileSpan {
  readonly index: number
  readonly offset: number
  readonly length: number
  readonly pieceLength: number
}

/** What is known of a torrent's pieces, and where they are. */
export type KeptPieces = Pick<TorrentRecord, 'bits' | 'resume' | 'storageMode'>

/** The pieces that may be read, and which file they have to be in. */
export interface Readable {
  /** One bit each, most significant first. */
  readonly bits: Uint8Array
  readonly seen: FileIdentity | undefined
  readonly isWritten: boolean
}

/**
 * While a worker keeps the bits true, those are what counts; the file has to be as the last checkpoint saw it
 * once that has all of it, and a file that is whole is not read before a checkpoint has seen it. Of a torrent that
 * rests a file is read that is still as it was then; undefined is nothing.
 */
export function readableOf(record: KeptPieces, isKept: boolean, file: FileSpan): Readable | undefined {
  const checkpoint = record.resume?.checkpoint
  const seen = checkpoint?.files.find(({ index }) => index === file.index)
  if (isKept) {
    const bits = record.bits && new Uint8Array(record.bits)
    if (bits === undefined || (isUnseen(record, seen) && hasWhole(bits, file))) return undefined
    return { bits, seen, isWritten: !hasWhole(checkpoint?.bits, file) }
  }
  const claimed = checkpoint?.bits
  return seen && claimed && { bits: claimed, seen, isWritten: false }
}

/** Bytes of the file from `position` on that are there, `most` at the most. */
export function bytesFrom(bits: Uint8Array, file: FileSpan, position: number, most: number): number {
  const { offset, pieceLength } = file
  const from = offset + position
  const end = from + Math.min(most, file.length - position)
  let piece = Math.floor(from / pieceLength)
  while (piece * pieceLength < end && hasBit(bits, piece)) piece += 1
  return Math.max(0, Math.min(end, piece * pieceLength) - from)
}

/** Whether what is missing of the file is fetched. */
export function isWanted({ options }: TorrentRecord, { index }: FileSpan): boolean {
  return (options.file_priorities[index] ?? options.default_priority) !== skipped
}

/** Whether nothing tells it from what others may put in its place. */
function isUnseen({ storageMode }: KeptPieces, seen: FileIdentity | undefined): boolean {
  return storageMode !== 'memory' && seen === undefined
}

function hasWhole(bits: Uint8Array | undefined, file: FileSpan): boolean {
  return bits !== undefined && bytesFrom(bits, file, 0, file.length) === file.length
}
