/**
 * With each piece that a peer says it has, the engine looks at all of its pieces from the first one on, until
 * one is missing: a peer that names them in order makes it look at a number of pieces squared. It goes on from
 * where it stopped, and back only to a piece that the peer took back (BEP 54).
 */
import type { Patch } from './patch.ts'

export const seedStatus: readonly Patch[] = [
  {
    file: 'webtorrent/lib/torrent.js',
    find: `    let i
    const updateSeedStatus`,
    replacement: `    let i = 0
    const updateSeedStatus`,
  },
  {
    file: 'webtorrent/lib/torrent.js',
    find: `        for (i = 0; i < this.pieces.length; ++i) {
          if (!wire.peerPieces.get(i)) return
        }`,
    replacement: `        for (; i < this.pieces.length; ++i) {
          if (!wire.peerPieces.get(i)) return
        }`,
  },
  {
    file: 'webtorrent/lib/torrent.js',
    find: `    wire.lt_donthave.on('donthave', () => {
      updateSeedStatus()`,
    replacement: `    wire.lt_donthave.on('donthave', (index) => {
      i = Math.min(i, index)
      updateSeedStatus()`,
  },
  {
    file: 'webtorrent/lib/torrent.js',
    find: `    wire.on('bitfield', () => {
      updateSeedStatus()`,
    replacement: `    wire.on('bitfield', () => {
      i = 0
      updateSeedStatus()`,
  },
]
