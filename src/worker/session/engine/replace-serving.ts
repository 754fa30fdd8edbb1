import type { Torrent, Wire } from 'webtorrent'

/** What the engine answers by itself: each interested peer is unchoked, each request read from the store. */
const answered = ['interested', 'request'] as const

/**
 * Takes from the engine what it does for peers of this torrent. `onOpen` is called for each wire when the
 * engine has said what comes first, so that anything may be said from then on.
 */
export function replaceServing(torrent: Torrent, onOpen: (wire: Wire) => void): void {
  torrent._rechoke = () => undefined
  const open = torrent._onWireWithMetadata.bind(torrent)
  torrent._onWireWithMetadata = (wire) => {
    const before = answered.map((event) => wire.rawListeners(event))
    open(wire)
    for (const [at, event] of answered.entries())
      for (const listener of wire.rawListeners(event))
        if (before[at]?.includes(listener) !== true) wire.off(event, listener as () => void)
    if (!wire.destroyed) onOpen(wire)
  }
}
