/** Asks a peer for blocks with one message, in the place of the engine's `request`: that makes one of each. */
import type { Wire, WireRequest } from 'webtorrent'
import { message, requestLength } from '../harden/message-rules.ts'

/** Answers come to `callback` of each, or an error: every one of them at once where the wire takes none. */
export function askBlocks(wire: Wire, requests: readonly WireRequest[]): void {
  const isTaken = ({ piece }: WireRequest): boolean =>
    !wire.peerChoking || (wire.hasFast && wire.peerAllowedFastSet.includes(piece))
  if (wire._finished || !requests.every(isTaken)) {
    for (const request of requests) request.callback(new Error('the peer takes no requests'))
    return
  }
  const messages = Buffer.allocUnsafe(requests.length * requestLength)
  let at = 0
  for (const request of requests) {
    wire.requests.push(request)
    messages.writeUInt32BE(requestLength - 4, at)
    messages.writeUInt8(message.request, at + 4)
    messages.writeUInt32BE(request.piece, at + 5)
    messages.writeUInt32BE(request.offset, at + 9)
    messages.writeUInt32BE(request.length, at + 13)
    at += requestLength
  }
  if (!wire._timeout) wire._resetTimeout(true)
  wire._push(messages)
}
