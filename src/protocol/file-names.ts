import { binaryText, cutToBytes, exceedsBytes, replacement, textOf } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'

/** One part of a path: its text for display, and an identity that differs where the bytes differ. */
export interface NamePart {
  text: string
  identity: string
}

const maxPartBytes = 255
const maxExtensionBytes = 32
const slash = 0x2f
const isAscii = /^[\x20-\x7e]*$/
// Control characters, those that turn the writing direction, and both kinds of separator.
const unsafeCharacter = /[\p{Cc}\p{Bidi_Control}\\/]/gu
// The names that Windows keeps for devices, also with an extension.
const reservedName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

/** One part of a path as the metainfo has it; throws `invalid_metainfo` for what no file can be called. */
export function readNamePart(bytes: Uint8Array): NamePart {
  if (bytes.length === 0) throw refusal('is empty')
  if (bytes.length > maxPartBytes) throw refusal('is longer than 255 bytes')
  if (bytes.includes(0)) throw refusal('contains NUL')
  if (bytes[0] === slash) throw refusal('is an absolute path')
  const text = textOf(bytes)
  if (text === '.' || text === '..') throw refusal('is a relative folder')
  // No decoded text begins with half a character, so that none equals an identity made of the bytes.
  const identity = text.includes(replacement) ? `\udfff${binaryText(bytes)}` : text
  return { text, identity }
}

/**
 * The name under which a part is stored, at most 255 bytes. What other clients on Linux keep and every
 * file system there takes (`<>:"|?*`) stays, so that data they made is found.
 */
export function safeName(text: string): string {
  const mapped = text.replace(unsafeCharacter, '_')
  const unreserved = reservedName.test(mapped) ? `_${mapped}` : mapped
  return withoutTrailingDots(fitted(unreserved, ''))
}

/** A safe name marked with a number before its extension, at most 255 bytes. */
export function numberedName(safe: string, number: string): string {
  return fitted(safe, ` (${number})`)
}

/** A form that is equal for names that some file system takes for the same: NFC, case folded. */
export function foldName(name: string): string {
  if (isAscii.test(name)) return name.toLowerCase()
  // Upper case first: it unites letters that lower case alone keeps apart, such as the two small sigmas.
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

function withoutTrailingDots(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end) + '_'.repeat(name.length - end)
}

function fitted(name: string, mark: string): string {
  if (mark === '' && !exceedsBytes(name, maxPartBytes)) return name
  const dot = name.lastIndexOf('.')
  const hasExtension = dot > 0 && !exceedsBytes(name.slice(dot), maxExtensionBytes)
  const ending = mark + (hasExtension ? name.slice(dot) : '')
  const stem = hasExtension ? name.slice(0, dot) : name
  return cutToBytes(stem, maxPartBytes - byteLength(ending)) + ending
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_metainfo', `a name ${reason}`)
}
