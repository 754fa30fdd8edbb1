import type { Torrent, Wire } from 'webtorrent'

const replaced = ['_update', '_updateWire', '_updateSelections', '_updateWireInterest'] as const

/** What takes the place of the engine's own picking. */
export interface Picking {
  /** Something changed that may leave something to ask for. */
  readonly onUpdate: () => void
  /** The engine has said what there is to say first, and asks whether we are interested. */
  readonly onInterest: (wire: Wire) => void
}

/** Replaces the engine's picking on this torrent alone; the answer puts it back. */
export function replacePicking(torrent: Torrent, { onUpdate, onInterest }: Picking): () => void {
  torrent._rarityMap?.destroy() // it would count every piece of every peer anew with each peer
  torrent._rarityMap = null
  torrent._update = onUpdate
  torrent._updateWire = onUpdate
  torrent._updateSelections = onUpdate
  torrent._updateWireInterest = onInterest
  return () => {
    for (const name of replaced) Reflect.deleteProperty(torrent, name)
  }
}
