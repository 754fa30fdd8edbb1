/** Addresses and peers in the compact forms of BEP 7, 15, 23 and 24. */
import type { PeerAddress } from '../../../protocol/peer-address.ts'

/** Bytes of an address of one family. */
export type AddressLength = 4 | 16

/** The first `max` peers of a compact list; port 0 and a peer cut off at the end are left out. */
export function readCompactPeers(bytes: Uint8Array, length: AddressLength, max: number): PeerAddress[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const peers: PeerAddress[] = []
  for (let at = 0; at + length + 2 <= bytes.length && peers.length < max; at += length + 2) {
    const host = readCompactAddress(bytes.subarray(at, at + length))
    const port = view.getUint16(at + length)
    if (port !== 0 && host !== undefined) peers.push({ host, port })
  }
  return peers
}

/** The address that 4 or 16 bytes say, in its shortest form; undefined for any other length. */
export function readCompactAddress(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return undefined
  const groups = Array.from({ length: 8 }, (_, index) => group(bytes, index * 2))
  // The URL parser writes the canonical form.
  return URL.parse(`http://[${groups.join(':')}]/`)?.hostname.slice(1, -1)
}

function group(bytes: Uint8Array, at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16)
}
