// A byte order mark stays, so that text without a replacement character is the same as its bytes.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** What stands in a text for bytes that are not UTF-8. */
export const replacement = '\ufffd'

/** The bytes as text; what is not UTF-8 becomes replacement characters. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** A text with one character for each byte. */
export function binaryText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** The first `maxBytes` bytes as text without a character cut in two; undefined for what is no byte string. */
export function shortTextOf(value: unknown, maxBytes: number): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined
  return new TextDecoder().decode(value.subarray(0, maxBytes), { stream: value.length > maxBytes })
}

/** Whether `text`, decoded from `bytes`, says exactly these bytes. */
export function isFaithful(text: string, bytes: Uint8Array): boolean {
  if (!text.includes(replacement)) return true
  const again = encoder.encode(text)
  return again.length === bytes.length && again.every((byte, index) => byte === bytes[index])
}

/** The longest beginning of `text` that takes at most `maxBytes` bytes of UTF-8. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read)
}

/** Whether `text` takes more than `maxBytes` bytes of UTF-8. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || cutToBytes(text, maxBytes).length < text.length
}
