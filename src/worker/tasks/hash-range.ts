/**
 * Hashes a range of pieces straight from the files. Synchronous, some at a time in one buffer: it has a pool thread
 * to itself. A file that is missing, short, no regular file or behind a link just does not match.
 */
import { hash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { HashFile, HashRequest } from '../../protocol/session-rpc.ts'
import { openRegular } from './open-regular.ts'

const hashLength = 20
/** Pieces that are smaller are read together. */
const bytesAtOnce = 1024 * 1024
let usual: Buffer | undefined

/** One byte a piece of the range: 1 where the bytes on disk have the expected SHA-1. Throws `disk_failed`. */
export function hashRange(request: HashRequest): Uint8Array {
  const { pieceLength, firstPiece, expected, totalLength } = request
  const files = new OpenFiles(request)
  const matches = new Uint8Array(expected.length / hashLength)
  const first = firstPiece * pieceLength
  const end = Math.min(first + matches.length * pieceLength, totalLength)
  const step = Math.min(Math.max(1, Math.floor(bytesAtOnce / pieceLength)), matches.length) * pieceLength
  const buffer = bufferOf(Math.min(step, end - first))
  const look = (piece: Buffer, start: number, isRead: boolean): void => {
    if (!isRead && !files.read(piece, start)) return
    const index = (start - first) / pieceLength
    const digest = hash('sha1', piece, 'buffer')
    matches[index] = digest.equals(expected.subarray(index * hashLength, (index + 1) * hashLength)) ? 1 : 0
  }
  try {
    for (let at = first; at < end; at += step) {
      const some = buffer.subarray(0, Math.min(step, end - at))
      const areRead = files.read(some, at)
      // of those that are not all there each is read by itself
      for (let from = 0; from < some.length; from += pieceLength)
        look(some.subarray(from, from + pieceLength), at + from, areRead)
    }
  } finally {
    files.close()
  }
  return matches
}

/** Up to `bytesAtOnce` always the same: a fresh one for each of many small ranges costs more than reading them. */
function bufferOf(length: number): Buffer {
  if (length > bytesAtOnce) return Buffer.allocUnsafe(length)
  return (usual ??= Buffer.allocUnsafeSlow(bytesAtOnce)).subarray(0, length)
}

/** The files of a range; each is opened when it is read, and closed when another one is. */
class OpenFiles {
  readonly #saveFolder: string
  readonly #files: readonly HashFile[]
  #open: { file: HashFile; descriptor: number | undefined } | undefined
  #first = 0

  constructor({ saveFolder, files }: HashRequest) {
    this.#saveFolder = saveFolder
    this.#files = files
  }

  /** Fills `piece` from `start` on; false where a byte of it is not on disk. Starts never go back. */
  read(piece: Buffer, start: number): boolean {
    const end = start + piece.length
    let filled = 0
    while (endOf(this.#files[this.#first]) <= start) this.#first += 1
    for (let i = this.#first; i < this.#files.length; i += 1) {
      const file = this.#files[i]
      if (file === undefined || file.offset >= end) break
      const from = Math.max(start, file.offset)
      const part = piece.subarray(from - start, Math.min(end, endOf(file)) - start)
      if (file.padding) part.fill(0)
      else if (!this.#readFile(file, part, from - file.offset)) return false
      filled += part.length
    }
    return filled === piece.length // what no file holds, such as a skipped link, is not what was read before
  }

  close(): void {
    if (this.#open?.descriptor !== undefined) closeSync(this.#open.descriptor)
    this.#open = undefined
  }

  #readFile(file: HashFile, part: Buffer, position: number): boolean {
    if (this.#open?.file !== file) {
      this.close()
      this.#open = { file, descriptor: openMatching(join(this.#saveFolder, file.path)) }
    }
    const { descriptor } = this.#open
    if (descriptor === undefined) return false
    for (let done = 0; done < part.length;) {
      const count = readSome(file, descriptor, part.subarray(done), position + done)
      if (count === 0) return false
      done += count
    }
    return true
  }
}

function endOf(file: HashFile | undefined): number {
  return file === undefined ? Infinity : file.offset + file.length
}

function readSome(file: HashFile, descriptor: number, into: Buffer, position: number): number {
  try {
    return readSync(descriptor, into, 0, into.length, position)
  } catch (error) {
    throw new RestTorrentError('disk_failed', `cannot read ${file.path}`, { cause: error })
  }
}

function openMatching(path: string): number | undefined {
  try {
    return openRegular(path)
  } catch {
    return undefined // whatever the reason, its bytes cannot be shown to match
  }
}
