import type { FileIdentity } from '../../protocol/records.ts'

/** Index, size, mtime in ns and inode, 64 bits each, little-endian. */
const bytesEach = 32

/** The identities as the store keeps them: a torrent may have 20,000. */
export function packIdentities(files: readonly FileIdentity[]): Uint8Array {
  const bytes = new Uint8Array(files.length * bytesEach)
  const view = new DataView(bytes.buffer)
  for (const [place, { index, size, mtimeNs, ino }] of files.entries()) {
    const at = place * bytesEach
    view.setBigUint64(at, BigInt(index), true)
    view.setBigUint64(at + 8, BigInt(size), true)
    view.setBigInt64(at + 16, mtimeNs, true)
    view.setBigUint64(at + 24, ino, true)
  }
  return bytes
}

/** The identities that were packed; undefined where the bytes cannot be that. */
export function unpackIdentities(bytes: Uint8Array): FileIdentity[] | undefined {
  if (bytes.length % bytesEach !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / bytesEach }, (_, place) => {
    const at = place * bytesEach
    return {
      index: Number(view.getBigUint64(at, true)),
      size: Number(view.getBigUint64(at + 8, true)),
      mtimeNs: view.getBigInt64(at + 16, true),
      ino: view.getBigUint64(at + 24, true),
    }
  })
}
