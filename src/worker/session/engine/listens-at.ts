import type { Wire } from 'webtorrent'
import { writePeerAddress } from '../../../protocol/peer-address.ts'
import { canonicalHost } from '../../../protocol/canonical-host.ts'

/** Where a peer takes connections, `host:port`: where we dialled it, or where its extended handshake says. */
export function listensAt({
  type,
  remoteAddress,
  remotePort,
  peerExtendedHandshake,
}: Wire): string | undefined {
  const port = type === 'tcpOutgoing' ? remotePort : peerExtendedHandshake.p
  if (remoteAddress === undefined || typeof port !== 'number') return undefined
  if (!(port >= 1 && port <= 65_535)) return undefined
  return writePeerAddress({ host: canonicalHost(remoteAddress), port })
}
