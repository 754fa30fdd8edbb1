/** The message of the peer exchange (BEP 11): who came and who went, IPv4 and IPv6. */
import ipaddr from 'ipaddr.js'
import { decodeBencode, isBencodeDictionary, type BencodeDictionary } from '../../../../protocol/bencode.ts'
import { encodeBencode } from '../../../../protocol/bencode-encode.ts'
import { RestTorrentError } from '../../../../protocol/errors.ts'
import { readPeerAddress, writePeerAddress } from '../../../../protocol/peer-address.ts'
import { readCompactPeers, type AddressLength } from '../../trackers/compact-peers.ts'

/** What a message says of a peer, one bit each. */
export const pexFlags = { prefersEncryption: 0x01, seed: 0x02, reachable: 0x10 } as const

/** A peer that came; `address` is `host:port` or `[host]:port`. */
export interface PexPeer {
  readonly address: string
  /** See `pexFlags`. */
  readonly flags: number
}

export interface PexMessage {
  readonly added: readonly PexPeer[]
  readonly dropped: readonly string[]
}

/** How many peers one message may name as added, and as many as dropped. */
export const mostNamed = 50

const addressLengths = [4, 16] as const
/** More tokens than that are in no message that says what a message may say. */
const limits = { maxDepth: 2, maxTokens: 64 }

/** The bytes of a message; addresses that are none are left out. */
export function encodePex({ added, dropped }: PexMessage): Uint8Array {
  const parts: Record<string, Uint8Array> = {}
  for (const length of addressLengths) {
    const suffix = suffixOf(length)
    const came = added.filter(({ address }) => compact(address)?.length === length + 2)
    parts[`added${suffix}`] = Buffer.concat(came.map(({ address }) => compact(address) ?? Buffer.alloc(0)))
    parts[`added${suffix}.f`] = Uint8Array.from(came, ({ flags }) => flags)
    const went = dropped.map(compact).filter((bytes) => bytes?.length === length + 2)
    parts[`dropped${suffix}`] = Buffer.concat(went.map((bytes) => bytes ?? Buffer.alloc(0)))
  }
  return encodeBencode(parts)
}

/** At most `mostNamed` peers that came and as many that went. Throws `invalid_bencode` for anything malformed. */
export function decodePex(bytes: Uint8Array): PexMessage {
  const message = decodeBencode(bytes, limits)
  if (!isBencodeDictionary(message)) throw malformed('is no dictionary')
  const added = addressLengths.flatMap((length) => {
    const addresses = addressesIn(message, `added${suffixOf(length)}`, length)
    const flags = bytesIn(message, `added${suffixOf(length)}.f`)
    if (flags !== undefined && flags.length !== addresses.length) throw malformed('has flags of other peers')
    return addresses.flatMap((address, index) =>
      address === undefined ? [] : [{ address, flags: flags?.[index] ?? 0 }],
    )
  })
  const dropped = addressLengths.flatMap((length) =>
    addressesIn(message, `dropped${suffixOf(length)}`, length).filter((address) => address !== undefined),
  )
  return { added: added.slice(0, mostNamed), dropped: dropped.slice(0, mostNamed) }
}

function suffixOf(length: AddressLength): string {
  return length === 4 ? '' : '6'
}

/** One entry for each peer; undefined where it cannot be dialled. */
function addressesIn(message: BencodeDictionary, key: string, length: AddressLength): (string | undefined)[] {
  const bytes = bytesIn(message, key) ?? new Uint8Array()
  const size = length + 2
  if (bytes.length % size !== 0) throw malformed(`has part of a peer in ${key}`)
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const [peer] = readCompactPeers(bytes.subarray(index * size, (index + 1) * size), length, 1)
    return peer && writePeerAddress(peer)
  })
}

function bytesIn(message: BencodeDictionary, key: string): Uint8Array | undefined {
  const value = message[key]
  if (value === undefined || value instanceof Uint8Array) return value
  throw malformed(`has no byte string in ${key}`)
}

function compact(address: string): Buffer | undefined {
  const peer = readPeerAddress(address)
  if (peer === undefined) return undefined
  return Buffer.from([...ipaddr.parse(peer.host).toByteArray(), peer.port >> 8, peer.port & 0xff])
}

function malformed(what: string): RestTorrentError {
  return new RestTorrentError('invalid_bencode', `the peer exchange message ${what}`)
}
