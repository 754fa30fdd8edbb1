/** Checks the extended messages of a peer (BEP 10) before an extension hears them. */
import type { Wire } from 'webtorrent'
import { mostExtensions, readExtendedHandshake } from '../../../../protocol/extended-handshake.ts'
import { isPiece } from './message-rules.ts'
import { guardOf } from './wire-guard.ts'

/** Pieces that a peer may take back (BEP 54): each makes the engine look at all of them. */
const mostDonthaves = 1000

/** Whether the peer may say this; its handshake is heard here and goes no further. */
export function hearExtended(wire: Wire, number: number, bytes: Uint8Array): boolean {
  if (number === 0) return hearHandshake(wire, bytes)
  return wire.extendedMapping[number] !== 'lt_donthave' || isSoundDonthave(wire, bytes)
}

function hearHandshake(wire: Wire, bytes: Uint8Array): boolean {
  const handshake = readExtendedHandshake(bytes)
  if (!handshake) return false
  wire.peerExtendedHandshake = { ...wire.peerExtendedHandshake, ...handshake } // a later one may tell what changed only
  Object.assign(wire.peerExtendedMapping, handshake.m)
  if (Object.keys(wire.peerExtendedMapping).length > mostExtensions) return false
  for (const [name, extension] of Object.entries(wire._ext)) {
    if (wire.peerExtendedMapping[name]) extension.onExtendedHandshake(handshake)
  }
  wire.emit('extended', 'handshake', handshake)
  return true
}

function isSoundDonthave(wire: Wire, bytes: Uint8Array): boolean {
  const guard = guardOf(wire)
  if (bytes.length !== 4 || ++guard.donthaves > mostDonthaves) return false
  return isPiece(new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0), guard.facts)
}
