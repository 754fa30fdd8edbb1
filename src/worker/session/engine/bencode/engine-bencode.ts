/**
 * What the engine's parts get when they import `bencode`: our strict one, put in its place when the engine
 * is bundled (`build/engine/strict-bencode.ts`). What peers send has little reason to be deep or long.
 */
import { decodeBencode, type BencodeValue } from '../../../../protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../../../protocol/bencode-encode.ts'

/** Bounds of what a peer may say in one message. */
export const peerLimits = { maxDepth: 16, maxTokens: 10_000 }

/** The value, with byte strings as views; throws `invalid_bencode`. */
export function decode(bytes: Uint8Array): BencodeValue {
  return decodeBencode(bytes, peerLimits)
}

/** The bencode of a value; throws `invalid_bencode`. */
export function encode(value: Encodable): Uint8Array {
  return encodeBencode(value)
}

export default { decode, encode }
