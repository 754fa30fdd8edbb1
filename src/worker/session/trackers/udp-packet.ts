/** The bodies of UDP tracker messages (BEP 15, 41): what follows the header that every message has. */
import type { AnnounceAnswer, AnnounceEvent, AnnounceRequest, SwarmCounts } from './announce.ts'
import { addressWords } from '../../../protocol/ip-range.ts'
import { maxPeersTaken } from './announce.ts'
import { readCompactPeers, type AddressLength } from './compact-peers.ts'
import { intervalMs, minIntervalMs } from './intervals.ts'

/** The numbers that tell the kinds of messages apart. */
export const udpAction = { connect: 0, announce: 1, scrape: 2, error: 3 } as const

/** What stands in place of a connection id while there is none. */
export const connectMagic: Uint8Array = Uint8Array.of(0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80)

const connectionIdLength = 8
const answerHeadLength = 12
const urlDataOption = 2
const maxOptionLength = 255
const eventNumbers: Record<AnnounceEvent, number> = { completed: 1, started: 2, stopped: 3 }

/** The body of an announce; `path` is the path and query of the tracker's URL. */
export function writeAnnounce(request: AnnounceRequest, path: string): Uint8Array {
  const body = Buffer.alloc(82)
  body.set(request.infoHash, 0)
  body.set(request.peerId, 20)
  body.writeBigUInt64BE(BigInt(request.downloaded), 40)
  body.writeBigUInt64BE(BigInt(request.left), 48)
  body.writeBigUInt64BE(BigInt(request.uploaded), 56)
  body.writeUInt32BE(request.event === undefined ? 0 : eventNumbers[request.event], 64)
  // where it stays 0 the tracker takes the address that it sees; there is no room for one of IPv6
  const [word, ...more] = addressWords(request.address) ?? []
  if (word !== undefined && more.length === 0) body.writeUInt32BE(word, 68)
  body.writeUInt32BE(request.key, 72)
  body.writeInt32BE(request.numWant, 76)
  body.writeUInt16BE(request.port, 80)
  return Buffer.concat([body, ...urlData(path)])
}

/** The connection id in the answer to a connect; undefined when it is cut off. */
export function readConnect(body: Uint8Array): Uint8Array | undefined {
  return body.length < connectionIdLength ? undefined : body.slice(0, connectionIdLength)
}

/** The answer to an announce, its peers of the family that it came over; undefined when it is cut off. */
export function readAnnounce(body: Buffer, length: AddressLength): AnnounceAnswer | undefined {
  if (body.length < answerHeadLength) return undefined
  return {
    addresses: readCompactPeers(body.subarray(answerHeadLength), length, maxPeersTaken),
    intervalMs: intervalMs(body.readUInt32BE(0)),
    minIntervalMs: minIntervalMs(undefined),
    peers: body.readUInt32BE(4),
    seeds: body.readUInt32BE(8),
    downloads: undefined,
    warning: undefined,
    trackerId: undefined,
    externalAddress: undefined,
  }
}

/** The counts of the first torrent of a scrape; undefined when it is cut off. */
export function readScrape(body: Buffer): SwarmCounts | undefined {
  if (body.length < answerHeadLength) return undefined
  return {
    seeds: body.readUInt32BE(0),
    downloads: body.readUInt32BE(4),
    peers: body.readUInt32BE(8),
  }
}

function urlData(path: string): Uint8Array[] {
  if (path === '/') return []
  const bytes = Buffer.from(path)
  const options: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += maxOptionLength) {
    const part = bytes.subarray(at, at + maxOptionLength)
    options.push(Uint8Array.of(urlDataOption, part.length), part)
  }
  return options
}
