import type { Wire } from 'webtorrent'

/** Whether the peer has every piece; the engine takes one for a seed, too, that has said nothing yet. */
export function isSeed({ isSeeder, peerPieces }: Wire): boolean {
  return isSeeder && peerPieces.get(0)
}
