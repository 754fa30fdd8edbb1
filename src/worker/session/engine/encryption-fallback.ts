/**
 * Dials a peer that does not take an encrypted handshake (MSE) without one the next time: the engine itself
 * offers encryption at every attempt, and so never meets peers that have it switched off.
 */
import type { Torrent } from 'webtorrent'

/** Addresses kept for one torrent; when there are more, all are tried encrypted again. */
const mostKept = 1000

/**
 * Encryption comes first. Each attempt that was connected and ended without the peer's handshake makes the
 * next one to this address go the other way, so that a passing fault binds no peer to either.
 */
export function fallBackToPlain(torrent: Torrent): void {
  const plain = new Set<string>()
  const register = torrent._registerPeer.bind(torrent)
  torrent._registerPeer = (peer) => {
    register(peer)
    if (peer.type !== 'tcpOutgoing') return
    peer.once('connect', () => {
      if (peer.secure === 1 && plain.has(peer.addr)) peer.secure = 0 // the engine makes the wire after this event, and reads it
    })
    peer.once('disconnect', () => {
      const hasShaken = typeof peer.wire?.peerId === 'string'
      if (hasShaken || plain.delete(peer.addr)) return
      if (plain.size >= mostKept) plain.clear()
      plain.add(peer.addr)
    })
  }
}
