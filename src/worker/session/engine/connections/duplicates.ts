import type { Wire } from 'webtorrent'
import { canonicalHost } from '../../../../protocol/canonical-host.ts'

/**
 * Whether a new connection takes the place of another one with the same peer. Where two peers dial each other
 * at once, both ends must close the same connection, or none is left: the one that the peer with the greater
 * id dialled stays, as libtorrent has it. A peer id is no secret, so that all else leaves the first in place.
 */
export function takesPlaceOf(wire: Wire, first: Wire, ourPeerId: string): boolean {
  if (wire.type === first.type || hostOf(wire) !== hostOf(first)) return false
  return wire.peerId < ourPeerId === (wire.type === 'tcpOutgoing')
}

function hostOf({ remoteAddress = '' }: Wire): string {
  return canonicalHost(remoteAddress)
}
