import { decodeBencodePrefix, isBencodeDictionary } from './bencode.ts'
import { encodeBencode } from './bencode-encode.ts'
import { maxMetainfoBytes } from './torrent-info.ts'

/** Metadata is exchanged in blocks of this many bytes (BEP 9). */
export const metadataBlockLength = 16 * 1024
const types = ['request', 'data', 'reject'] as const
const limits = { maxDepth: 2, maxTokens: 32 }

/** A message of the metadata exchange (BEP 9). */
export type MetadataMessage =
  | { readonly type: 'request'; readonly piece: number }
  | { readonly type: 'reject'; readonly piece: number }
  | {
      readonly type: 'data'
      readonly piece: number
      readonly totalLength: number
      readonly block: Uint8Array
    }

/** What the bytes after the extension's number say; undefined for a type to come; throws `invalid_bencode`. */
export function readMetadataMessage(bytes: Uint8Array): MetadataMessage | 'malformed' | undefined {
  const { value, end } = decodeBencodePrefix(bytes, limits)
  if (!isBencodeDictionary(value) || !isCount(value.msg_type)) return 'malformed'
  const type = types[value.msg_type]
  if (type === undefined) return undefined
  const { piece, total_size: totalLength } = value
  if (!isCount(piece) || piece * metadataBlockLength >= maxMetainfoBytes) return 'malformed'
  if (type !== 'data') return end === bytes.length ? { type, piece } : 'malformed'
  const block = bytes.subarray(end)
  const isWhole = isCount(totalLength) && block.length === metadataBlockSize(totalLength, piece)
  return isWhole ? { type, piece, totalLength, block } : 'malformed'
}

/** The bytes that say this. */
export function writeMetadataMessage(message: MetadataMessage): Uint8Array {
  const head = encodeBencode({
    msg_type: types.indexOf(message.type),
    piece: message.piece,
    total_size: message.type === 'data' ? message.totalLength : undefined,
  })
  if (message.type !== 'data') return head
  const bytes = new Uint8Array(head.length + message.block.length)
  bytes.set(head)
  bytes.set(message.block, head.length)
  return bytes
}

/** The bytes of one block of metadata of this length; not positive for a block past its end. */
export function metadataBlockSize(totalLength: number, piece: number): number {
  return Math.min(metadataBlockLength, totalLength - piece * metadataBlockLength)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}
