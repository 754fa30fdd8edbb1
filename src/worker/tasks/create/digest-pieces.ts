/** Hashes pieces of files of which a torrent is made, each file being the one that was listed, before and after. */
import { hash } from 'node:crypto'
import { closeSync, fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { PieceDigesting, SourceFile } from '../../../protocol/creation-tasks.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { diskError } from '../../session/storage/disk-error.ts'
import { openRegular } from '../open-regular.ts'

const hashLength = 20

/** The SHA-1 of each piece, 20 bytes each. Throws `files_changed`, `path_outside_root` or another disk code. */
export function digestPiecesOf({
  folder,
  files,
  pieceLength,
  firstPiece,
  endPiece,
}: PieceDigesting): Uint8Array {
  const [start, end] = [firstPiece * pieceLength, endPiece * pieceLength]
  const digests = new PieceDigests(endPiece - firstPiece, pieceLength)
  for (const file of files) {
    const from = Math.max(start, file.offset) - file.offset
    const to = Math.min(end, file.offset + file.length) - file.offset
    readRange(folder, file, from, to, digests)
  }
  return digests.whole()
}

class PieceDigests {
  readonly #digests: Buffer
  readonly #piece: Buffer
  #count = 0
  #filled = 0

  constructor(pieces: number, pieceLength: number) {
    this.#digests = Buffer.alloc(pieces * hashLength)
    this.#piece = Buffer.allocUnsafe(pieceLength)
  }

  /** The rest of the piece, to be filled from its beginning. */
  get room(): Buffer {
    return this.#piece.subarray(this.#filled)
  }

  filled(bytes: number): void {
    this.#filled += bytes
    if (this.#filled === this.#piece.length) this.#end()
  }

  whole(): Uint8Array {
    if (this.#filled > 0) this.#end() // the last piece of the torrent
    return this.#digests
  }

  #end(): void {
    const digest = hash('sha1', this.#piece.subarray(0, this.#filled), 'buffer')
    this.#digests.set(digest, this.#count * hashLength)
    this.#count += 1
    this.#filled = 0
  }
}

function readRange(folder: string, file: SourceFile, from: number, to: number, digests: PieceDigests): void {
  try {
    const descriptor = openRegular(join(folder, file.path))
    try {
      refuseOther(descriptor, file)
      for (let at = from; at < to;) {
        const { room } = digests
        const count = readSync(descriptor, room, 0, Math.min(room.length, to - at), at)
        if (count === 0) throw changed(file)
        digests.filled(count)
        at += count
      }
      refuseOther(descriptor, file)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw diskError(error, 'read', file.path)
  }
}

function refuseOther(descriptor: number, file: SourceFile): void {
  const { size, mtimeNs, ino } = fstatSync(descriptor, { bigint: true })
  if (Number(size) !== file.length || mtimeNs !== file.mtimeNs || ino !== file.ino) throw changed(file)
}

function changed({ path }: SourceFile): RestTorrentError {
  return new RestTorrentError('files_changed', `${path} was changed while it was hashed`)
}
