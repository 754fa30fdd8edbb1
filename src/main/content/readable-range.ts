/** What can be read of a file at the moment, from a torrent's record alone. Pure. */
import { hasBit } from '../../protocol/progress.ts'
import type { FileIdentity, TorrentCheckpoint, TorrentRecord } from '../../protocol/records.ts'
import { skipped } from '../../protocol/file-priorities.ts'

/** A file of a torrent, as far as its pieces go. */
export interface FileSpan {
  readonly index: number
  readonly offset: number
  readonly length: number
  readonly pieceLength: number
}

/** The pieces that may be read, and which file they have to be in. */
export interface Readable {
  /** One bit each, most significant first. */
  readonly bits: Uint8Array
  readonly seen: FileIdentity | undefined
  readonly isWritten: boolean
}

/**
 * While a worker keeps the bits true, those are what counts; the file has to be as the last checkpoint saw it
 * once that has all of it. Of a torrent that rests a file is read that is still as it was then; undefined is nothing.
 */
export function readableOf(record: TorrentRecord, isKept: boolean, file: FileSpan): Readable | undefined {
  const checkpoint = record.resume?.checkpoint
  const seen = checkpoint?.files.find(({ index }) => index === file.index)
  if (isKept) {
    const bits = record.bits && new Uint8Array(record.bits)
    return bits && { bits, seen, isWritten: !hasWhole(checkpoint, file) }
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

function hasWhole(checkpoint: TorrentCheckpoint | undefined, file: FileSpan): boolean {
  const bits = checkpoint?.bits
  return bits !== undefined && bytesFrom(bits, file, 0, file.length) === file.length
}
