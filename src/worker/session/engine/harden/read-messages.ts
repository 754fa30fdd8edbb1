/**
 * Parses what a peer sends where it lies: only a message that the end of a read cuts in two is copied. What
 * comes before the messages, and what comes while a wire is stalled, is kept for the engine's own parser.
 */
import type { Wire } from 'webtorrent'
import { LentBuffers } from '../../lent-buffers.ts'
import { takeBlock } from './hear-blocks.ts'
import { takeAsked } from './hear-requests.ts'
import { stallIfBehind } from './serve-requests.ts'
import { guardOf, type WireGuard } from './wire-guard.ts'

/** For messages that were cut, up to one with a block of 16 KiB; what is longer has memory of its own. */
const cutMessages = new LentBuffers(16 * 1024 + 16, 64)

/** Takes bytes, valid until it returns, and hands each whole message to the wire's parser. */
export function readBytes(wire: Wire, bytes: Uint8Array): void {
  const guard = guardOf(wire)
  let at = 0
  if (wire._bufferSize > 0 && readsMessages(wire) && wire._bufferSize < wire._parserSize) {
    if (wire._bufferSize + bytes.length < wire._parserSize) return keep(wire, guard, bytes)
    at = completeBegun(wire, guard, bytes)
  }
  while (wire._bufferSize === 0 && readsMessages(wire) && bytes.length - at >= wire._parserSize) {
    const taken = wire._parser === wire._onMessageLength ? takeUsual(wire, guard, bytes, at) : 0
    at += taken > 0 ? taken : parseNext(wire, bytes, at)
  }
  if (at < bytes.length) keep(wire, guard, bytes.subarray(at))
}

/** Past the handshake, and neither stalled nor dropped. */
function readsMessages({ _parser, _onMessage, _onMessageLength }: Wire): boolean {
  return _parser === _onMessageLength || _parser === _onMessage
}

/** Takes the blocks and requests that come next; gives the bytes they took. */
function takeUsual(wire: Wire, guard: WireGuard, bytes: Uint8Array, start: number): number {
  let at = start
  // what a block leads to may end the connection, or have something kept
  while (wire._parser === wire._onMessageLength && wire._bufferSize === 0) {
    const taken = takeBlock(wire, guard, bytes, at) || takeAsked(wire, guard, bytes, at)
    if (taken === 0) break
    at += taken
  }
  if (at > start) stallIfBehind(wire)
  return at - start
}

function parseNext(wire: Wire, bytes: Uint8Array, at: number): number {
  const length = wire._parserSize
  wire._parser(bytes.subarray(at, at + length))
  return length
}

/** Adds what lacks to the message that was cut; gives how much that took. */
function completeBegun(wire: Wire, guard: WireGuard, bytes: Uint8Array): number {
  const lacking = wire._parserSize - wire._bufferSize
  const { cut } = guard
  const begun = wire._buffer
  wire._buffer = []
  wire._bufferSize = 0
  if (cut === undefined) {
    wire._parser(Buffer.concat([...begun, bytes.subarray(0, lacking)]))
    return lacking
  }
  guard.cut = undefined
  cut.set(bytes.subarray(0, lacking), wire._parserSize - lacking)
  wire._parser(cut.subarray(0, wire._parserSize))
  cutMessages.giveBack(cut)
  return lacking
}

function keep(wire: Wire, guard: WireGuard, bytes: Uint8Array): void {
  if (guard.isEnded) return
  if (wire._bufferSize === 0) guard.cut = isCut(wire) ? cutMessages.take() : undefined
  const { cut } = guard
  if (cut === undefined) wire._buffer.push(Buffer.from(bytes))
  else {
    cut.set(bytes, wire._bufferSize)
    wire._buffer = [cut.subarray(0, wire._bufferSize + bytes.length)]
  }
  wire._bufferSize += bytes.length
}

/** What is kept now is a part of a message, and the rest of it is all that follows. */
function isCut(wire: Wire): boolean {
  return readsMessages(wire) && wire._parserSize <= cutMessages.length
}
