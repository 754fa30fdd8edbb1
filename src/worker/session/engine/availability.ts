/** How many connected peers have each piece. */
import type { Torrent } from 'webtorrent'
import { isSeed } from './is-seed.ts'

const most = 255

/** A byte for each piece, 255 for more; without the web seeds, and without what we have ourselves. */
export function availabilityOf({ pieces, wires }: Torrent): Uint8Array {
  const counts = new Uint8Array(pieces.length)
  const peers = wires.filter(({ type }) => type !== 'webSeed')
  const seeds = peers.filter(isSeed).length
  counts.fill(Math.min(seeds, most))
  for (const { peerPieces } of peers.filter((wire) => !isSeed(wire))) {
    for (let piece = 0; piece < counts.length; piece += 1) {
      const count = counts[piece] ?? 0
      if (count < most && peerPieces.get(piece)) counts[piece] = count + 1
    }
  }
  return counts
}
