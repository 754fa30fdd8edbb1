/** Real .torrent content for tests, with the files that it describes. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { contentBytes } from './content.ts'

/** Bytes, or how many pseudo-random ones. */
export type Content = Uint8Array | number

/** What a made torrent shall be; whatever is left out is chosen. */
export interface MetainfoOptions {
  name?: string
  /** The content of a torrent of one file. */
  content?: Content
  /** The files of a torrent with a folder; a path is relative to it, parts joined by `/`; padding is BEP 47's. */
  files?: { path: string; content: Content; padding?: boolean }[]
  pieceLength?: number
  /** Another seed gives other pseudo-random bytes. */
  seed?: string
  /** One tier each, or whole tiers. */
  trackers?: (string | string[])[]
  webSeeds?: string[]
  private?: boolean
  comment?: string
}

/** A made torrent. */
export interface MadeMetainfo {
  /** The .torrent. */
  bytes: Buffer
  infoHash: string
  rawInfo: Buffer
  name: string
  pieceLength: number
  pieceCount: number
  length: number
  /** All files one after the other. */
  content: Buffer
  /** Paths relative to the save path; without padding. */
  files: { path: string; content: Buffer }[]
}

/** A valid torrent; the same options always make the same one. */
export function makeMetainfo(options: MetainfoOptions = {}): MadeMetainfo {
  const name = options.name ?? 'sample'
  const pieceLength = options.pieceLength ?? 16 * 1024
  const listed = options.files ?? [{ path: '', content: options.content ?? 100_000 }]
  const all = listed.map(({ path, content, padding = false }, index) => ({
    path: path === '' ? name : `${name}/${path}`,
    padding,
    content: bytesOf(content, `${options.seed ?? 'metainfo'}/${index}`),
  }))
  const content = Buffer.concat(all.map((file) => file.content))
  const layout: Record<string, Encodable> =
    options.files === undefined
      ? { length: content.length }
      : {
          files: listed.map(({ path, padding }, index) => ({
            path: path.split('/'),
            length: all[index]?.content.length,
            ...(padding === true ? { attr: 'p' } : {}),
          })),
        }
  const info = { ...layout, name, 'piece length': pieceLength, pieces: hashesOf(content, pieceLength) }
  const rawInfo = Buffer.from(encodeBencode(options.private === true ? { ...info, private: 1 } : info))
  return {
    bytes: wrap(rawInfo, options),
    infoHash: createHash('sha1').update(rawInfo).digest('hex'),
    rawInfo,
    name,
    pieceLength,
    pieceCount: Math.ceil(content.length / pieceLength),
    length: content.length,
    content,
    files: all.filter(({ padding }) => !padding),
  }
}

/** Writes the files of a made torrent below a folder, as a seed has them. */
export function writeFiles(folder: string, { files }: Pick<MadeMetainfo, 'files'>): void {
  for (const { path, content } of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

/** The SHA-1 of every piece, one after the other. */
export function hashesOf(content: Uint8Array, pieceLength: number): Buffer {
  const hashes: Buffer[] = []
  for (let start = 0; start < content.length; start += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(content.subarray(start, start + pieceLength))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}

function bytesOf(content: Content, seed: string): Buffer {
  return typeof content === 'number' ? contentBytes(seed, content) : Buffer.from(content)
}

function wrap(rawInfo: Buffer, { trackers = [], webSeeds = [], comment }: MetainfoOptions): Buffer {
  const tiers = trackers.map((tier) => (typeof tier === 'string' ? [tier] : tier))
  const before = encodeBencode({
    announce: tiers[0]?.[0],
    'announce-list': tiers.length === 0 ? undefined : tiers,
    comment,
  })
  const after = encodeBencode({ 'url-list': webSeeds.length === 0 ? undefined : webSeeds })
  return Buffer.concat([before.subarray(0, -1), Buffer.from('4:info'), rawInfo, after.subarray(1)])
}
