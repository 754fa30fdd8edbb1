import { encodeBencode, type Encodable, type EncodableDictionary } from '../../src/protocol/bencode-encode.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import type { Metainfo } from '../../src/protocol/metainfo.ts'

/** The bytes of a .torrent and what must come of them: an error code, or something that it says. */
export type MetainfoCase = { title: string; bytes: Uint8Array } & (
  { code: ErrorCode } | { fact: (metainfo: Metainfo) => unknown; is: unknown }
)

export function refused(title: string, code: ErrorCode, bytes: Uint8Array): MetainfoCase {
  return { title: `${title} is ${code}`, bytes, code }
}

export function holds(
  title: string,
  bytes: Uint8Array,
  fact: (metainfo: Metainfo) => unknown,
  is: unknown,
): MetainfoCase {
  return { title, bytes, fact, is }
}

/** A torrent of one file of 20,000 bytes, with changes to its info dictionary and around it. */
export function lone(changes: EncodableDictionary = {}, outer: EncodableDictionary = {}): Uint8Array {
  const info = { name: 'sample', length: 20_000, 'piece length': 16_384, pieces: hashes(2), ...changes }
  return encodeBencode({ info, ...outer })
}

/** A torrent of a folder with these files, with changes to its info dictionary; the pieces fit 20,000 bytes. */
export function folder(files: Encodable, changes: EncodableDictionary = {}): Uint8Array {
  const info = { name: 'sample', files, 'piece length': 16_384, pieces: hashes(2), ...changes }
  return encodeBencode({ info })
}

/** A torrent of a folder whose files have these paths and 20,000 bytes together. */
export function named(...paths: Encodable[][]): Uint8Array {
  return folder(
    paths.map((path, index) => entry(path, { length: index === 0 ? 20_000 - paths.length + 1 : 1 })),
  )
}

/** One entry of `files`, 20,000 bytes long. */
export function entry(path: Encodable, changes: EncodableDictionary = {}): EncodableDictionary {
  return { length: 20_000, path, ...changes }
}

export function hashes(count: number): Uint8Array {
  return new Uint8Array(20 * count)
}

export function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

export function safePathsOf({ info }: Metainfo): string[] {
  return info.files.map(({ safePath }) => safePath)
}

export function pathsOf({ info }: Metainfo): string[] {
  return info.files.map(({ path }) => path.join('/'))
}
