import { createHash } from 'node:crypto'

/**
 * The `key` by which a tracker knows a peer again when its address changes (BEP 7, 15): 32 bits, the same over
 * restarts, another for each torrent. No secret: whoever knows a session's peer id can work it out.
 */
export function announceKey(sessionId: Uint8Array, infoHash: Uint8Array): number {
  return createHash('sha256')
    .update('announce key')
    .update(sessionId)
    .update(infoHash)
    .digest()
    .readUInt32BE()
}
