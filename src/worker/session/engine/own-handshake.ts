import type { Wire } from 'webtorrent'
import { addressWords } from '../../../protocol/ip-range.ts'

/**
 * Blocks a peer may have asked for and not yet got: as many as libtorrent asks for, which at half of that waited for
 * us whenever our thread had to wait for a core. Fewer than may wait, so that a peer who obeys is never stalled.
 */
const requestQueue = 500

/** What a peer is told of ourselves, and of itself, in our extended handshake (BEP 10). */
export function ownHandshake(
  { userAgent, port }: { readonly userAgent: string; readonly port: number },
  { remoteAddress }: Wire,
): Record<string, unknown> {
  const yourip = compactAddress(remoteAddress ?? '')
  return { v: userAgent, reqq: requestQueue, p: port, ...(yourip && { yourip }) }
}

/** 4 bytes of IPv4, 16 of IPv6; undefined for what is no address. */
function compactAddress(host: string): Uint8Array | undefined {
  const words = addressWords(host.split('%', 1)[0] ?? '')
  if (words === undefined) return undefined
  const bytes = Buffer.alloc(words.length * 4)
  for (const [at, word] of words.entries()) bytes.writeUInt32BE(word, at * 4)
  return bytes
}
