import { RestTorrentError } from './errors.ts'

const infoHashForm = /^[0-9a-f]{40}$/
const hexForm = /^(?:[0-9a-f]{2})*$/i
const base32Form = /^[a-z2-7]{32}$/
const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Whether `text` is an info hash as it is written everywhere inside: 40 lower-case hex digits. */
export function isInfoHash(text: string): boolean {
  return infoHashForm.test(text)
}

/** The info hash that 40 hex digits or 32 base32 characters of any case say (BEP 9), or undefined. */
export function readInfoHash(text: string): string | undefined {
  const lower = text.toLowerCase()
  if (isInfoHash(lower)) return lower
  return base32Form.test(lower) ? toHex(fromBase32(lower)) : undefined
}

/** The bytes as lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte] ?? ''
  return hex
}

/** The bytes that hex digits of any case say; throws `invalid_parameter` for anything else. */
export function fromHex(hex: string): Uint8Array {
  if (!hexForm.test(hex)) throw new RestTorrentError('invalid_parameter', 'not an even number of hex digits')
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16)
  }
  return bytes
}

function fromBase32(lower: string): Uint8Array {
  const bytes = new Uint8Array((lower.length * 5) / 8)
  let bits = 0
  let bitCount = 0
  let position = 0
  for (const character of lower) {
    bits = ((bits << 5) | base32Alphabet.indexOf(character)) & 0xfff
    bitCount += 5
    if (bitCount < 8) continue
    bitCount -= 8
    bytes[position++] = (bits >> bitCount) & 0xff
  }
  return bytes
}
