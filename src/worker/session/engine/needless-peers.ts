/**
 * Ends connections that lead nowhere: to ourselves, whom a tracker names like everybody else, and second
 * ones to a peer that is connected. The engine would dial such an address again each second, for ever.
 */
import type { Torrent, Wire } from 'webtorrent'

/** Above the number of times that the engine dials an address again. */
const noMoreRetries = Number.MAX_SAFE_INTEGER

/** Whether the wire was needless and is closed; its address is dialled again only when it is named again. */
export function closeNeedless(torrent: Torrent, wire: Wire, address: string, ownPeerId: string): boolean {
  const isKnown = torrent.wires.some((other) => other !== wire && other.peerId === wire.peerId)
  if (wire.peerId !== ownPeerId && !isKnown) return false
  refusePeer(torrent, wire, address)
  return true
}

/** Closes a connection; its address is dialled again only when it is named again. */
export function refusePeer(torrent: Torrent, wire: Wire, address: string): void {
  const peer = torrent._peers.get(address)
  if (peer) peer.retries = noMoreRetries
  wire.destroy()
}

/** Keeps the engine from listing an incoming peer once more that was closed at its handshake. */
export function registerOnlyLiving(torrent: Torrent): void {
  const register = torrent._registerPeer.bind(torrent)
  torrent._registerPeer = (peer) => {
    if (!peer.destroyed) register(peer)
  }
}
