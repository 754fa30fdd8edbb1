/** What HTTP trackers answer: dictionaries of which any field may be absent or of a wrong type. */
import {
  decodeBencode,
  isBencodeDictionary,
  type BencodeDictionary,
  type BencodeValue,
} from '../../../protocol/bencode.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { readPeerAddress, type PeerAddress } from '../../../protocol/peer-address.ts'
import { maxPeersTaken, type AnnounceAnswer, type SwarmCounts } from './announce.ts'
import { readCompactAddress, readCompactPeers } from './compact-peers.ts'
import { intervalMs, minIntervalMs } from './intervals.ts'
import { shownText } from './shown-text.ts'

const maxTrackerIdBytes = 256

/** The answer to an announce; throws `fetch_failed` with the tracker's failure reason, or for no bencode. */
export function readAnnounceAnswer(body: Uint8Array): AnnounceAnswer {
  const answer = readDictionary(body)
  const trackerId = answer['tracker id']
  const external = answer['external ip']
  const warning = answer['warning message']
  return {
    addresses: readPeers(answer),
    intervalMs: intervalMs(count(answer['interval'])),
    minIntervalMs: minIntervalMs(count(answer['min interval'])),
    ...readCounts(answer),
    warning: warning instanceof Uint8Array ? shownText(warning) : undefined,
    trackerId: isShort(trackerId) ? Buffer.from(trackerId).toString('latin1') : undefined,
    externalAddress: external instanceof Uint8Array ? readCompactAddress(external) : undefined,
  }
}

/** The counts of one torrent in the answer to a scrape (BEP 48); throws as an announce's answer does. */
export function readScrapeAnswer(body: Uint8Array, infoHash: Uint8Array): SwarmCounts {
  const { files } = readDictionary(body)
  const file = isBencodeDictionary(files) ? files[Buffer.from(infoHash).toString('latin1')] : undefined
  if (!isBencodeDictionary(file)) throw new RestTorrentError('fetch_failed', 'torrent unknown to the tracker')
  return readCounts(file)
}

function readDictionary(body: Uint8Array): BencodeDictionary {
  const value = decode(body)
  if (!isBencodeDictionary(value)) throw new RestTorrentError('fetch_failed', 'answer is not a dictionary')
  const failure = value['failure reason']
  if (failure === undefined) return value
  const reason = failure instanceof Uint8Array ? shownText(failure) : ''
  throw new RestTorrentError('fetch_failed', reason || 'refused without a reason')
}

function decode(body: Uint8Array): BencodeValue {
  try {
    return decodeBencode(body)
  } catch (cause) {
    throw new RestTorrentError('fetch_failed', 'answer is not bencode', { cause })
  }
}

function readCounts(dictionary: BencodeDictionary): SwarmCounts {
  return {
    seeds: count(dictionary['complete']),
    peers: count(dictionary['incomplete']),
    downloads: count(dictionary['downloaded']),
  }
}

function readPeers({ peers, peers6 }: BencodeDictionary): PeerAddress[] {
  const version6 = peers6 instanceof Uint8Array ? readCompactPeers(peers6, 16, maxPeersTaken) : []
  return [...readPeerList(peers), ...version6].slice(0, maxPeersTaken)
}

function readPeerList(peers: BencodeValue | undefined): PeerAddress[] {
  if (peers instanceof Uint8Array) return readCompactPeers(peers, 4, maxPeersTaken)
  if (!Array.isArray(peers)) return []
  return peers.slice(0, maxPeersTaken).flatMap((peer) => readPeer(peer) ?? [])
}

/** The long form of BEP 3; host names, which it allows, are not taken. */
function readPeer(peer: BencodeValue): PeerAddress | undefined {
  if (!isBencodeDictionary(peer)) return undefined
  const { ip, port } = peer
  if (!isShort(ip) || typeof port !== 'number') return undefined
  const host = Buffer.from(ip).toString('latin1')
  return readPeerAddress(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
}

function isShort(value: BencodeValue | undefined): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= maxTrackerIdBytes
}

function count(value: BencodeValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined
}
