/**
 * Messages of the DHT of IPv6 (BEP 32) as a node of IPv4 writes and reads them: addresses of nodes and of peers
 * have 16 bytes outside, and inside the 4 of their stand-ins.
 */
import {
  decodeBencode,
  isBencodeDictionary,
  type BencodeDictionary,
  type BencodeValue,
} from '../../../../protocol/bencode.ts'
import { encodeBencode } from '../../../../protocol/bencode-encode.ts'
import type { StandIns } from './stand-ins.ts'

const [idLength, portLength, outsideLength, insideLength] = [20, 2, 16, 4] as const
/** More than any node sends. */
const limits = { maxDepth: 4, maxTokens: 1200 }
/** As many as a node may name of either. */
const [mostNodes, mostPeers] = [100, 1000]

type Change = (address: Uint8Array) => Uint8Array | undefined

/** What a datagram says, for the node; throws `invalid_bencode`. Peers and nodes of IPv4 are left out. */
export function inward(datagram: Uint8Array, standIns: StandIns): Uint8Array {
  const change: Change = (address) => parts(standIns.ofBytes(address))
  return changed(datagram, ({ nodes6, nodes: _, values, ...rest }) => ({
    ...rest,
    ...(nodes6 instanceof Uint8Array && { nodes: nodesWith(nodes6, outsideLength, change) }),
    ...(Array.isArray(values) && { values: peersWith(values, outsideLength, change) }),
  }))
}

/** What the node says, for the network; whose address is forgotten is left out. Throws `invalid_bencode`. */
export function outward(datagram: Uint8Array, standIns: StandIns): Uint8Array {
  const change: Change = (address) => standIns.bytes(address.join('.'))
  return changed(datagram, ({ nodes, values, ...rest }) => ({
    ...rest,
    ...(nodes instanceof Uint8Array && { nodes6: nodesWith(nodes, insideLength, change) }),
    ...(Array.isArray(values) && { values: peersWith(values, insideLength, change) }),
  }))
}

/** Only answers name nodes and peers. */
function changed(datagram: Uint8Array, change: (answer: BencodeDictionary) => BencodeDictionary): Uint8Array {
  const message = decodeBencode(datagram, limits)
  if (!isBencodeDictionary(message) || !isBencodeDictionary(message['r'])) return datagram
  return encodeBencode({ ...message, r: change(message['r']) })
}

function nodesWith(nodes: Uint8Array, length: number, change: Change): Uint8Array {
  const size = idLength + length + portLength
  const count = Math.min(Math.floor(nodes.length / size), mostNodes)
  const each = Array.from({ length: count }, (_, at) => nodes.subarray(at * size, (at + 1) * size))
  return Buffer.concat(each.flatMap((node) => withAddress(node, idLength, length, change)))
}

function peersWith(peers: BencodeValue[], length: number, change: Change): Uint8Array[] {
  return peers
    .filter((peer) => peer instanceof Uint8Array)
    .filter((peer) => peer.length === length + portLength)
    .slice(0, mostPeers)
    .flatMap((peer) => withAddress(peer, 0, length, change))
}

/** The same with another address at this place; none where that is not known. */
function withAddress(bytes: Uint8Array, at: number, length: number, change: Change): Uint8Array[] {
  const address = change(bytes.subarray(at, at + length))
  if (address === undefined) return []
  return [Buffer.concat([bytes.subarray(0, at), address, bytes.subarray(at + length)])]
}

function parts(standIn: string): Uint8Array {
  return Uint8Array.from(standIn.split('.'), Number)
}
