import { createHmac } from 'node:crypto'

/**
 * The `key` by which a tracker knows a peer again when its address changes (BEP 7, 15): 32 bits, the same over
 * restarts, another for each torrent. Nobody who has not the session's secret can work it out.
 */
export function announceKey(secret: string, infoHash: Uint8Array): number {
  return createHmac('sha256', secret).update(infoHash).digest().readUInt32BE()
}
