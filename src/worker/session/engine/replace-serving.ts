import type { Torrent, Wire } from 'webtorrent'

/** What the engine answers by itself: each interested peer is unchoked, each request read from the store. */
const answered = ['interested', 'request'] as const

/**
 * Takes from the engine what it does for peers of this torrent. For each wire `beforeOpen` is called before
 * the engine says what comes first, and `onOpen` when anything may be said.
 */
export function replaceServing(
  torrent: Torrent,
  { beforeOpen, onOpen }: Record<'beforeOpen' | 'onOpen', (wire: Wire) => void>,
): void {
  torrent._rechoke = () => undefined
  const open = torrent._onWireWithMetadata.bind(torrent)
  torrent._onWireWithMetadata = (wire) => {
    const before = answered.map((event) => wire.rawListeners(event))
    beforeOpen(wire)
    open(wire)
    for (const [at, event] of answered.entries())
      for (const listener of wire.rawListeners(event))
        if (before[at]?.includes(listener) !== true) wire.off(event, listener as () => void)
    if (!wire.destroyed) onOpen(wire)
  }
}
