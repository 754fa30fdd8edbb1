/** A torrent of one large file of pseudo-random bytes, written step by step: a file that was never written differs. */
import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, createReadStream, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { encodeBencode } from '../src/protocol/bencode-encode.ts'

export interface RandomTorrent {
  readonly name: string
  readonly infoHash: string
  /** Bytes of its file. */
  readonly length: number
  /** Path of the .torrent file. */
  readonly torrent: string
  /** Of the whole file, in hex. */
  readonly sha1: string
}

/** Writes the file and its .torrent into a folder, which is made; `length` is a multiple of `pieceLength`. */
export function makeRandomTorrent(
  folder: string,
  name: string,
  length: number,
  pieceLength: number,
): RandomTorrent {
  mkdirSync(folder, { recursive: true })
  const content = join(folder, name)
  const source = createCipheriv('aes-128-ctr', Buffer.alloc(16, name), Buffer.alloc(16))
  const zeros = Buffer.alloc(pieceLength)
  const whole = createHash('sha1')
  const hashes: Buffer[] = []
  const file = openSync(content, 'w')
  for (let at = 0; at < length; at += pieceLength) {
    const piece = source.update(zeros)
    hashes.push(createHash('sha1').update(piece).digest())
    whole.update(piece)
    writeSync(file, piece)
  }
  closeSync(file)
  const info = { length, name, 'piece length': pieceLength, pieces: Buffer.concat(hashes) }
  const torrent = `${content}.torrent`
  writeFileSync(torrent, encodeBencode({ info }))
  const infoHash = createHash('sha1').update(encodeBencode(info)).digest('hex')
  return { name, infoHash, length, torrent, sha1: whole.digest('hex') }
}

/** Throws unless the file in that folder is the torrent's. */
export async function checkArrived({ name, sha1 }: RandomTorrent, folder: string): Promise<void> {
  const hash = createHash('sha1')
  await pipeline(createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 }), hash)
  if (hash.digest('hex') !== sha1) throw new Error(`${name} arrived with other bytes`)
}
