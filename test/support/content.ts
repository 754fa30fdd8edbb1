/** Content of torrents: the same bytes for the same seed on every machine, and a hash to compare it by. */
import { createCipheriv, createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Files of a torrent with sub-folders, odd lengths, a file within one piece and an empty one. */
export const mixedFiles: { path: string; content: number }[] = [
  { path: 'a folder/deeper/empty.bin', content: 0 },
  { path: 'a folder/deeper/third.bin', content: 123_457 },
  { path: 'a folder/second.bin', content: 16_384 },
  { path: 'first.bin', content: 300_001 },
  { path: 'ünïcode/last.bin', content: 65_535 },
]

/** Bytes that look random and depend on the seed and the length only. */
export function contentBytes(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** The hex hash of a file, or of a folder's paths, lengths and bytes in a fixed order. */
export function contentHash(path: string, algorithm: 'sha1' | 'sha256' = 'sha256'): string {
  const hash = createHash(algorithm)
  if (!statSync(path).isDirectory()) return hash.update(readFileSync(path)).digest('hex')
  for (const file of filesBelow(path)) {
    const bytes = readFileSync(join(path, file))
    hash.update(`${file}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

/** Every file below a folder as a path with `/`, sorted by code units. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
