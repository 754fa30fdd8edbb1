/**
 * Parses what a peer sends where it lies: only a message that the end of a read cuts in two is copied. What
 * comes before the messages, and what comes while a wire is stalled, is kept for the engine's own parser.
 */
import type { Wire } from 'webtorrent'
import { guardOf } from './wire-guard.ts'

/** Takes bytes, valid until it returns, and hands each whole message to the wire's parser. */
export function readBytes(wire: Wire, bytes: Uint8Array): void {
  let at = 0
  if (wire._bufferSize > 0 && readsMessages(wire) && wire._bufferSize < wire._parserSize)
    at = completeBegun(wire, bytes)
  while (wire._bufferSize === 0 && readsMessages(wire) && bytes.length - at >= wire._parserSize) {
    const end = at + wire._parserSize
    wire._parser(bytes.subarray(at, end))
    at = end
  }
  if (at < bytes.length && !guardOf(wire).isEnded) keep(wire, bytes.subarray(at))
}

/** Past the handshake, and neither stalled nor dropped. */
function readsMessages({ _parser, _onMessage, _onMessageLength }: Wire): boolean {
  return _parser === _onMessageLength || _parser === _onMessage
}

/** Adds what lacks to the message that was cut; gives how much that took. */
function completeBegun(wire: Wire, bytes: Uint8Array): number {
  const lacking = wire._parserSize - wire._bufferSize
  if (bytes.length < lacking) return 0
  const message = Buffer.concat([...wire._buffer, bytes.subarray(0, lacking)])
  wire._buffer = []
  wire._bufferSize = 0
  wire._parser(message)
  return lacking
}

function keep(wire: Wire, bytes: Uint8Array): void {
  wire._buffer.push(Buffer.from(bytes))
  wire._bufferSize += bytes.length
}
