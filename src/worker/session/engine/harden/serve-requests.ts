/**
 * Serves a peer's requests as fast as it takes what it is sent, and reads nothing more of a peer whose
 * requests wait or who does not read: the engine would queue both in memory without end.
 */
import type { Wire, WireRequest } from 'webtorrent'
import { guardOf, mostBacklog, type WireGuard } from './wire-guard.ts'

/** Requests of one peer that wait to be served. */
export const mostRequests = 256
/** Reading goes on below this part of either. */
const resumeBelow = 0.5

/** Takes a request of a peer that may ask for it, or turns it down. */
export function takeRequest(wire: Wire, piece: number, offset: number, length: number): void {
  const guard = guardOf(wire)
  const isAllowed = !wire.amChoking || (wire.hasFast && wire.allowedFastSet.includes(piece))
  if (!isAllowed || !guard.has(piece)) {
    if (wire.hasFast) wire.reject(piece, offset, length)
    return
  }
  const request = { piece, offset, length, callback: (): void => undefined }
  wire.peerRequests.push(request)
  guard.waiting.push(request)
  serve(wire, guard)
}

/** Stops parsing what the peer sends while too much waits for it. */
export function stallIfBehind(wire: Wire): void {
  const guard = guardOf(wire)
  if (guard.isStalled || guard.isEnded || !isBehind(wire, 1)) return
  guard.isStalled = true
  wire._parse(Number.MAX_SAFE_INTEGER, () => undefined)
}

/** Goes on where the peer took some of what waited for it. */
export function proceed(wire: Wire): void {
  const guard = guardOf(wire)
  if (guard.isEnded) return
  serve(wire, guard)
  if (!guard.isStalled || isBehind(wire, resumeBelow)) return
  guard.isStalled = false
  wire._parse(4, wire._onMessageLength)
  wire._processBuffer()
  if (!isStalled(guard)) releaseWrite(guard)
}

/** Lets the stream end the write that was held back. */
export function releaseWrite(guard: WireGuard): void {
  const release = guard.heldWrite
  guard.heldWrite = undefined
  release?.()
}

/** Asked anew: parsing may have stalled it again. */
function isStalled(guard: WireGuard): boolean {
  return guard.isStalled
}

function isBehind(wire: Wire, part: number): boolean {
  return wire.peerRequests.length >= mostRequests * part || wire._readableState.buffered >= mostBacklog * part
}

function serve(wire: Wire, guard: WireGuard): void {
  for (let request = guard.waiting[0]; request; request = guard.waiting[0]) {
    const ahead = guard.serving + wire._readableState.buffered
    if (ahead > 0 && ahead + request.length > mostBacklog) return
    guard.waiting.shift()
    if (wire.peerRequests.includes(request)) begin(wire, guard, request)
  }
}

function begin(wire: Wire, guard: WireGuard, request: WireRequest): void {
  const { piece, offset, length } = request
  let isAnswered = false
  guard.serving += length
  const respond = (error: Error | null, bytes?: Uint8Array): void => {
    if (isAnswered) return
    isAnswered = true
    guard.serving -= length
    const place = wire.peerRequests.indexOf(request)
    if (place >= 0) {
      wire.peerRequests.splice(place, 1)
      if (bytes && error === null) wire.piece(piece, offset, bytes)
      else if (wire.hasFast) wire.reject(piece, offset, length)
    }
    queueMicrotask(() => proceed(wire))
  }
  if (!wire.emit('request', piece, offset, length, respond)) respond(new Error('nobody serves'))
}
