import { decodeBencode, isBencodeDictionary, type BencodeDictionary, type BencodeValue } from './bencode.ts'
import { isFaithful, textOf } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'
import { readNamePart, type NamePart } from './file-names.ts'
import { readFiles, type TorrentFile } from './metainfo-files.ts'

/** What an info dictionary says about a torrent's content, checked (BEP 3, 27, 47). */
export interface TorrentInfo {
  /** For display; never a path. */
  name: string
  private: boolean
  pieceLength: number
  /** Of all files and padding together. */
  length: number
  /** The SHA-1 of every piece, 20 bytes each; a view into the parsed bytes. */
  pieces: Uint8Array
  pieceCount: number
  files: TorrentFile[]
}

/** A larger metainfo or info dictionary is refused unread. */
export const maxMetainfoBytes = 10 * 1024 * 1024
const maxPieces = 262_144
const hashLength = 20
const blockLength = 16 * 1024
const minPieceLength = 1024
const maxPieceLength = 64 * 1024 * 1024

/**
 * The torrent that the bytes of an info dictionary describe, also when peers sent them (BEP 9). Throws
 * `invalid_bencode`, `invalid_metainfo` or `unsupported_v2_only`. Whether the bytes have the expected
 * info hash is for the caller to check.
 */
export function parseInfo(bytes: Uint8Array): TorrentInfo {
  refuseOversize(bytes)
  const info = decodeBencode(bytes)
  if (!isBencodeDictionary(info)) throw refusal('info is not a dictionary')
  return readInfo(info)
}

/** The torrent that a decoded info dictionary describes; throws as `parseInfo` does. */
export function readInfo(info: BencodeDictionary): TorrentInfo {
  const pieces = readPieces(info)
  const pieceLength = readPieceLength(info['piece length'])
  const name = readName(info)
  const files = readFiles(info, name)
  const last = files.at(-1)
  const length = last === undefined ? 0 : last.offset + last.length
  const pieceCount = pieces.length / hashLength
  if (length === 0) throw refusal('there is no content')
  if (pieceCount !== Math.ceil(length / pieceLength))
    throw refusal('the number of pieces does not fit the length')
  return { name: name.text, private: isPrivate(info), pieceLength, length, pieces, pieceCount, files }
}

/** Throws `invalid_metainfo` for bytes that are too many to be read. */
export function refuseOversize(bytes: Uint8Array): void {
  if (bytes.length > maxMetainfoBytes) throw refusal('larger than 10 MiB')
}

function readPieces({ pieces, 'meta version': version }: BencodeDictionary): Uint8Array {
  if (pieces === undefined && typeof version === 'number' && version >= 2) {
    throw new RestTorrentError('unsupported_v2_only', 'the torrent has no version 1 part')
  }
  if (!(pieces instanceof Uint8Array)) throw refusal('no pieces')
  if (pieces.length % hashLength !== 0) throw refusal('pieces are not a multiple of 20 bytes')
  if (pieces.length > maxPieces * hashLength) throw refusal(`more than ${maxPieces} pieces`)
  return pieces
}

function readPieceLength(value: BencodeValue | undefined): number {
  if (typeof value !== 'number') throw refusal('no piece length')
  if (value < minPieceLength || value > maxPieceLength) throw refusal('a piece length out of range')
  const isPowerOfTwo = (value & (value - 1)) === 0
  if (value < blockLength && !isPowerOfTwo) throw refusal('a small piece length that is not a power of two')
  if (value > blockLength && value % blockLength !== 0)
    throw refusal('a piece length that is no multiple of 16 KiB')
  return value
}

function readName(info: BencodeDictionary): NamePart {
  const preferred = info['name.utf-8']
  const isPreferred = preferred instanceof Uint8Array && isFaithful(textOf(preferred), preferred)
  const name = isPreferred ? preferred : info.name
  if (!(name instanceof Uint8Array)) throw refusal('no name')
  return readNamePart(name)
}

// Any number but 0 keeps the torrent private, as the widespread clients read it.
function isPrivate(info: BencodeDictionary): boolean {
  return typeof info.private === 'number' && info.private !== 0
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_metainfo', reason)
}
