/**
 * Hears the requests of peers. Nearly all that a leecher says are requests that lie whole in what was read:
 * these are taken where they lie, past the engine's parser, which takes each apart and copies it.
 */
import type { Wire } from 'webtorrent'
import { isBlock, message, requestLength } from './message-rules.ts'
import { stallIfBehind } from './serve-requests.ts'
import { uint32At } from './uint32-at.ts'
import type { WireGuard } from './wire-guard.ts'

/**
 * Takes the next message where it is a request that lies whole in `bytes` and keeps the rules: gives the
 * bytes it took, 0 for anything else. Only between messages; may stall the wire.
 */
export function takeAsked(wire: Wire, guard: WireGuard, bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== message.request || at + requestLength > bytes.length) return 0
  if (uint32At(bytes, at) !== requestLength - 4) return 0
  const [piece, offset, length] = [uint32At(bytes, at + 5), uint32At(bytes, at + 9), uint32At(bytes, at + 13)]
  if (!isBlock(piece, offset, length, guard.facts)) return 0
  wire._onRequest(piece, offset, length)
  stallIfBehind(wire)
  return requestLength
}
