import { isBencodeDictionary, type BencodeDictionary, type BencodeValue } from './bencode.ts'
import { isFaithful, textOf } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'
import { readNamePart, safeName, type NamePart } from './file-names.ts'
import { refuseClashes, safePaths } from './safe-paths.ts'

/** One file of a torrent, at `offset` in the content that its pieces cut. */
export interface TorrentFile {
  index: number
  /** As the metainfo has it, for display: inside the torrent's folder, or the name of a lone file. */
  path: string[]
  /** Where it is stored below the save path, parts joined by `/`; empty for padding. */
  safePath: string
  length: number
  offset: number
  /** Bytes that are all zero and never stored (BEP 47). */
  padding: boolean
  /** An entry that says it is a link (BEP 47): it has no bytes and is never created. */
  symlink: boolean
}

/** More files than this are refused. */
export const maxFiles = 20_000
/** Folders of a path, its name counted, at the most. */
export const maxDepth = 32
const paddingAttribute = 0x70
const symlinkAttribute = 0x6c

interface FileEntry {
  path: NamePart[]
  length: number
  padding: boolean
  symlink: boolean
}

/** The files that an info dictionary lists; throws `invalid_metainfo` where a rule is broken. */
export function readFiles(info: BencodeDictionary, name: NamePart): TorrentFile[] {
  if (info.files === undefined) return laidOut([loneFile(info, name)], '')
  if (info.length !== undefined) throw refusal('both length and files')
  if (!Array.isArray(info.files) || info.files.length === 0) throw refusal('no files')
  if (info.files.length > maxFiles) throw refusal(`more than ${maxFiles} files`)
  return laidOut(info.files.map(readEntry), `${safeName(name.text)}/`)
}

function laidOut(entries: FileEntry[], prefix: string): TorrentFile[] {
  const named = entries.filter(({ padding }) => !padding).map(({ path }) => path)
  refuseClashes(named)
  const safe = safePaths(named.map((path) => path.map(({ text }) => text))).values()
  let offset = 0
  return entries.map(({ path, length, padding, symlink }, index) => {
    const safePath = padding ? '' : prefix + (safe.next().value ?? '')
    const file = { index, path: path.map(({ text }) => text), safePath, length, offset, padding, symlink }
    offset += length
    if (!Number.isSafeInteger(offset)) throw refusal('the lengths add up to more than 2^53 - 1')
    return file
  })
}

function loneFile(info: BencodeDictionary, name: NamePart): FileEntry {
  return { path: [name], length: readLength(info.length), padding: false, symlink: false }
}

function readEntry(value: BencodeValue): FileEntry {
  if (!isBencodeDictionary(value)) throw refusal('a file that is not a dictionary')
  const padding = hasAttribute(value, paddingAttribute)
  const symlink = !padding && hasAttribute(value, symlinkAttribute)
  return {
    path: padding ? [] : readPath(value),
    length: symlink ? 0 : readLength(value.length),
    padding,
    symlink,
  }
}

function hasAttribute({ attr }: BencodeDictionary, attribute: number): boolean {
  return attr instanceof Uint8Array && attr.includes(attribute)
}

function readLength(value: BencodeValue | undefined): number {
  if (typeof value !== 'number' || value < 0) throw refusal('a length that is not a number of bytes')
  return value
}

function readPath(file: BencodeDictionary): NamePart[] {
  const preferred = file['path.utf-8']
  const path = isTextList(preferred) ? preferred : file.path
  if (!Array.isArray(path) || path.length === 0) throw refusal('a file without a path')
  if (path.length > maxDepth) throw refusal(`a path deeper than ${maxDepth}`)
  return path.map((part) => {
    if (!(part instanceof Uint8Array)) throw refusal('a path with a part that is not text')
    return readNamePart(part)
  })
}

function isTextList(value: BencodeValue | undefined): value is Uint8Array[] {
  if (!Array.isArray(value)) return false
  return value.every((part) => part instanceof Uint8Array && isFaithful(textOf(part), part))
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_metainfo', reason)
}
