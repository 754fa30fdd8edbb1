/** A torrent of one large file of zeros, which takes no space where it is seeded from. */
import { createHash } from 'node:crypto'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBencode } from '../src/protocol/bencode-encode.ts'

export interface ZeroTorrent {
  readonly infoHash: string
  /** Path of the .torrent file. */
  readonly torrent: string
}

/** Writes a sparse file and its .torrent into a folder; `length` is a multiple of `pieceLength`. */
export function makeZeroTorrent(
  folder: string,
  name: string,
  length: number,
  pieceLength: number,
): ZeroTorrent {
  const pieceHash = createHash('sha1').update(Buffer.alloc(pieceLength)).digest()
  const pieces = Buffer.concat(Array.from({ length: length / pieceLength }, () => pieceHash))
  const info = { length, name, 'piece length': pieceLength, pieces }
  const content = join(folder, name)
  const torrent = `${content}.torrent`
  writeFileSync(content, '')
  truncateSync(content, length)
  writeFileSync(torrent, encodeBencode({ info }))
  return { infoHash: createHash('sha1').update(encodeBencode(info)).digest('hex'), torrent }
}
