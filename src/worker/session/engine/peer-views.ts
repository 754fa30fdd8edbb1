/** The peers of one torrent as callers see them. */
import type { Torrent, Wire } from 'webtorrent'
import type { PeerView } from '../../../protocol/peer-view.ts'
import { writePeerAddress } from '../../../protocol/peer-address.ts'
import { progressOf } from '../../../protocol/progress.ts'
import { shownText } from '../trackers/shown-text.ts'
import { sourceNamed } from './connections/peer-book.ts'
import { isSeed } from './is-seed.ts'
import { listensAt } from './listens-at.ts'

const encryptions = ['none', 'handshake', 'full'] as const
const sourceFlags: Partial<Record<PeerView['source'], string>> = { dht: 'H', ut_pex: 'X', lsd: 'L' }
const encryptionFlags = { none: '', handshake: 'e', full: 'E' }

/** The peers that have shaken hands; a web seed is none. */
export function peerViews(torrent: Torrent): PeerView[] {
  const sources = new Map(Array.from(torrent._peers.values(), ({ wire, source }) => [wire, source]))
  return torrent.wires
    .filter(({ type }) => type !== 'webSeed')
    .map((wire) => {
      const source = isIncoming(wire) ? 'incoming' : sourceNamed(sources.get(wire) ?? undefined)
      const encryption = encryptions[wire._encryptionMethod ?? 0] ?? 'none'
      return {
        address: addressOf(wire),
        client: shownText(clientOf(wire)),
        source,
        encryption,
        progress: progressOfPeer(torrent, wire),
        upload_only: wire.peerExtendedHandshake.upload_only === 1,
        am_choking: wire.amChoking,
        am_interested: wire.amInterested,
        peer_choking: wire.peerChoking,
        peer_interested: wire.peerInterested,
        download_rate: Math.round(wire.downloadSpeed()),
        upload_rate: Math.round(wire.uploadSpeed()),
        downloaded: wire.downloaded,
        uploaded: wire.uploaded,
        flags: exchangeFlags(wire) + encryptionFlags[encryption] + (sourceFlags[source] ?? ''),
      }
    })
}

function isIncoming({ type }: Wire): boolean {
  return type === 'tcpIncoming'
}

/** What a ban of this peer alone names, too. */
function addressOf(wire: Wire): string {
  const { remoteAddress: host = '', remotePort: port = 0 } = wire
  return listensAt(wire) ?? writePeerAddress({ host, port })
}

function clientOf({ peerExtendedHandshake: { v } }: Wire): Uint8Array {
  return v instanceof Uint8Array ? v : new Uint8Array()
}

function progressOfPeer({ pieces, pieceLength, length }: Torrent, wire: Wire): number | null {
  if (pieces.length === 0) return null
  if (isSeed(wire)) return 1
  return progressOf(wire.peerPieces.buffer, { totalSize: length, pieceLength, pieceCount: pieces.length })
}

function exchangeFlags(wire: Wire): string {
  return [
    wire.amInterested ? (wire.peerChoking ? 'd' : 'D') : wire.peerChoking ? '' : 'K',
    wire.peerInterested ? (wire.amChoking ? 'u' : 'U') : wire.amChoking ? '' : '?',
    isIncoming(wire) ? 'I' : '',
  ].join('')
}
