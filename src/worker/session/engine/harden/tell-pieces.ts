/** Tells the guard of a wire what the pieces of its torrent are, as soon as that is known. */
import type { Torrent, Wire } from 'webtorrent'
import { dropWire } from './drop-wire.ts'
import { isBitfield } from './message-rules.ts'
import { guardOf } from './wire-guard.ts'

/**
 * Tells the wire's guard. A peer may have said things before anybody knew the pieces: one that turns out to
 * have pieces of another torrent is dropped.
 */
export function tellPieces(torrent: Pick<Torrent, 'pieces' | 'pieceLength' | 'length'>, wire: Wire): void {
  if (torrent.pieces.length === 0) return
  const guard = guardOf(wire)
  const facts = {
    pieceCount: torrent.pieces.length,
    pieceLength: torrent.pieceLength,
    length: torrent.length,
  }
  guard.facts = facts
  guard.has = (piece) => torrent.pieces[piece] === null
  const isSound =
    (guard.bitfield === undefined || isBitfield(guard.bitfield, facts)) &&
    guard.highestPiece < facts.pieceCount
  if (!isSound) dropWire(wire)
}
