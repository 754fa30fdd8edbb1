/**
 * Hashes a range of pieces straight from the files. Synchronous, one piece at a time in one buffer: it has
 * a pool thread to itself. A file that is missing, short, no regular file or behind a link just does not match.
 */
import { hash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { HashFile, HashRequest } from '../../protocol/session-rpc.ts'
import { openRegular } from './open-regular.ts'

const hashLength = 20

/** One byte a piece of the range: 1 where the bytes on disk have the expected SHA-1. Throws `disk_failed`. */
export function hashRange(request: HashRequest): Uint8Array {
  const { pieceLength, firstPiece, expected, totalLength } = request
  const files = new OpenFiles(request)
  const buffer = Buffer.allocUnsafe(Math.min(pieceLength, totalLength))
  const matches = new Uint8Array(expected.length / hashLength)
  try {
    for (let i = 0; i < matches.length; i += 1) {
      const start = (firstPiece + i) * pieceLength
      const piece = buffer.subarray(0, Math.min(pieceLength, totalLength - start))
      if (!files.read(piece, start)) continue
      const digest = hash('sha1', piece, 'buffer')
      matches[i] = digest.equals(expected.subarray(i * hashLength, (i + 1) * hashLength)) ? 1 : 0
    }
  } finally {
    files.close()
  }
  return matches
}

/** The files of a range; each is opened at most once, and closed when the reading has passed it. */
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
