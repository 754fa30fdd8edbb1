import { shortTextOf } from '../../../protocol/bencode-text.ts'

const maxShownBytes = 300

/** A tracker's words as they can be shown: one short line without control characters. */
export function shownText(bytes: Uint8Array): string {
  const text = shortTextOf(bytes, maxShownBytes) ?? ''
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim()
}
