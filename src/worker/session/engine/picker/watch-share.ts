import type { Wire } from 'webtorrent'
import type { PeerShare } from './peer-share.ts'
import { PieceSet } from './piece-set.ts'
import type { SwarmPieces } from './swarm-pieces.ts'

/** Keeps what a peer has in step with what it says, from what it said already to its end. */
export function watchShare(wire: Wire, share: PeerShare, swarm: SwarmPieces): void {
  const replace = (): void => swarm.replace(share, piecesOf(wire, share.pieces.pieceCount))
  replace()
  for (const event of ['bitfield', 'have-all', 'have-none']) wire.on(event, replace)
  wire.on('have', (piece: number) => swarm.gain(share, piece))
  wire.lt_donthave.on('donthave', (piece: number) => swarm.lose(share, piece))
  wire.once('close', () => swarm.leave(share))
}

function piecesOf({ peerPieces }: Wire, pieceCount: number): PieceSet {
  const hasAll = peerPieces.buffer.length === 0 && peerPieces.get(0)
  return hasAll ? PieceSet.all(pieceCount) : PieceSet.of(pieceCount, peerPieces.buffer)
}
