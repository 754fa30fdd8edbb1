/**
 * A private torrent (BEP 27) meets the peers of its trackers only. A magnet may have met others before its
 * metadata came: they are left, and the engine's own later attempts to reach them again come to nothing.
 */
import type { Torrent } from 'webtorrent'

const publicSources: readonly (string | null)[] = ['dht', 'lsd', 'ut_pex']

/** Leaves every peer that was found in a public way and meets none of them again. */
export function leavePublicPeers(torrent: Torrent): void {
  const addPeer = torrent._addPeer.bind(torrent)
  torrent._addPeer = (peer, type, source) =>
    publicSources.includes(source) ? null : addPeer(peer, type, source)
  torrent._queue = torrent._queue.filter(({ source }) => !publicSources.includes(source))
  const found = [...torrent._peers].filter(([, { source }]) => publicSources.includes(source))
  for (const [id] of found) torrent.removePeer(id)
}
