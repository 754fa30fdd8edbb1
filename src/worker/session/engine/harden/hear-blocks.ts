/**
 * Hears the blocks that peers send. Nearly all of what a download brings are blocks that lie whole in what
 * was read: these go from there to who asked for them, past the engine's parser. What they add up to is told
 * once for each read.
 */
import type { Wire, WireRequest } from 'webtorrent'
import { dropWire } from './drop-wire.ts'
import { isBlock, longestBlock, message } from './message-rules.ts'
import { uint32At } from './uint32-at.ts'
import { guardOf, type WireGuard } from './wire-guard.ts'

/** Blocks that may come unasked beside those that were asked for: a cancel and a block can cross. */
const mostUnasked = 256
/** The length of the message, its number, the piece and the offset in it. */
const headerLength = 13

/**
 * Takes the next message where it is a block that lies whole in `bytes` and keeps the rules: gives the bytes
 * it took, 0 for anything else. Only between messages.
 */
export function takeBlock(wire: Wire, guard: WireGuard, bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== message.piece) return 0
  const length = uint32At(bytes, at) - 9
  const end = at + headerLength + length
  if (length <= 0 || length > longestBlock || end > bytes.length) return 0
  const [piece, offset] = [uint32At(bytes, at + 5), uint32At(bytes, at + 9)]
  if (!isBlock(piece, offset, length, guard.facts)) return 0
  hear(wire, guard, piece, offset, bytes.subarray(at + headerLength, end))
  return headerLength + length
}

/** A block that was not asked for is neither kept nor counted; too many of them end the connection. */
export function hearBlock(this: Wire, piece: number, offset: number, block: Uint8Array): void {
  hear(this, guardOf(this), piece, offset, block)
}

/** Tells what came since this was told last, as the engine does for each block. */
export function tellDownloaded(wire: Wire, guard: WireGuard): void {
  const bytes = guard.untold
  if (bytes === 0) return
  guard.untold = 0
  wire.downloadSpeed(bytes)
  wire.emit('download', bytes)
}

function hear(wire: Wire, guard: WireGuard, piece: number, offset: number, block: Uint8Array): void {
  const request = pull(wire.requests, piece, offset, block.length)
  if (!request) {
    if (++guard.unasked > mostUnasked + guard.answered / 2) dropWire(wire)
    return
  }
  guard.answered += 1
  guard.untold += block.length
  wire.downloaded += block.length
  wire._callback(request, null, block)
}

/** Blocks come in the order in which they were asked for, unless the peer has another. */
function pull(
  requests: WireRequest[],
  piece: number,
  offset: number,
  length: number,
): WireRequest | undefined {
  for (let at = 0; at < requests.length; at += 1) {
    const request = requests[at]
    if (request?.offset !== offset || request.piece !== piece || request.length !== length) continue
    requests.splice(at, 1)
    return request
  }
  return undefined
}
