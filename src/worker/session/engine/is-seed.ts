import type { Wire } from 'webtorrent'
import { guardOf } from './harden/wire-guard.ts'

/**
 * Whether the peer has every piece. What the engine says of it is not asked: it takes whoever has said
 * nothing yet for a seed, and leaves it at that.
 */
export function isSeed(wire: Wire): boolean {
  const { buffer } = wire.peerPieces
  if (buffer.length === 0) return wire.peerPieces.get(0)
  const pieceCount = guardOf(wire).facts?.pieceCount
  if (pieceCount === undefined || buffer.length < Math.ceil(pieceCount / 8)) return false
  const whole = pieceCount >> 3
  for (let at = 0; at < whole; at += 1) if (buffer[at] !== 0xff) return false
  const spare = pieceCount & 7
  const last = (0xff00 >> spare) & 0xff
  return spare === 0 || ((buffer[whole] ?? 0) & last) === last
}
