import { decodeBencode, isBencodeDictionary, type BencodeDictionary, type BencodeValue } from './bencode.ts'
import { maxMetainfoBytes } from './torrent-info.ts'

/** Longer than any client's, so that what a peer says of itself takes little room. */
const longestHandshake = 16 * 1024
/** So many extensions a peer may name, in all that it says of itself. */
export const mostExtensions = 100
/** What is kept of it. */
const fields: readonly string[] = [
  'metadata_size',
  'p',
  'e',
  'reqq',
  'upload_only',
  'v',
  'yourip',
  'ipv4',
  'ipv6',
]
const limits = { maxDepth: 4, maxTokens: 500 }

/** What a peer says of itself (BEP 10), its fields of the types and ranges that they may have. */
export interface ExtendedHandshake extends BencodeDictionary {
  /** Numbers of the extensions by their names; 0 for one that is off. */
  m: Record<string, number>
}

/** What the bytes say, or undefined for what no client sends; throws `invalid_bencode`. */
export function readExtendedHandshake(bytes: Uint8Array): ExtendedHandshake | undefined {
  if (bytes.length > longestHandshake) return undefined
  const value = decodeBencode(bytes, limits)
  if (!isBencodeDictionary(value)) return undefined
  const { m = Object.create(null) as BencodeDictionary } = value
  if (!areExtensions(m) || !isSound(value)) return undefined
  const heeded = Object.fromEntries(Object.entries(value).filter(([name]) => fields.includes(name)))
  return { ...heeded, m }
}

function areExtensions(value: BencodeValue): value is Record<string, number> {
  if (!isBencodeDictionary(value)) return false
  const numbers = Object.values(value)
  return numbers.length <= mostExtensions && numbers.every((number) => isCount(number, 255))
}

function isSound({ metadata_size, p, reqq, upload_only, v, yourip, ipv4, ipv6 }: BencodeDictionary): boolean {
  return (
    isAbsentOr(metadata_size, (size) => isCount(size, maxMetainfoBytes)) &&
    isAbsentOr(p, (port) => isCount(port, 65535)) &&
    [reqq, upload_only].every((number) => isAbsentOr(number, (value) => isCount(value, 0xffff_ffff))) &&
    [v, yourip, ipv4, ipv6].every((text) => isAbsentOr(text, (value) => value instanceof Uint8Array))
  )
}

function isCount(value: BencodeValue, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most
}

function isAbsentOr(value: BencodeValue | undefined, holds: (value: BencodeValue) => boolean): boolean {
  return value === undefined || holds(value)
}
