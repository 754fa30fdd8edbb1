/**
 * Serves a peer's requests as fast as it takes what it is sent, and reads nothing more of a peer whose
 * requests wait or who does not read: the engine would queue both in memory without end.
 */
import type { Wire, WireRequest } from 'webtorrent'
import { message } from './message-rules.ts'
import { guardOf, mostBacklog, type WireGuard } from './wire-guard.ts'

/** Requests of one peer that wait to be served. */
export const mostRequests = 512
/** What precedes a block that is sent, used for each: its length, its number, the piece and the offset in it. */
const headerLength = 13
const headerView = new DataView(new ArrayBuffer(headerLength))
headerView.setUint8(4, message.piece)
const header = new Uint8Array(headerView.buffer)
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

/** Tells what was sent since this was told last, as the engine does for each block. */
export function tellUploaded(wire: Wire, guard: WireGuard): void {
  const bytes = guard.untoldSent
  if (bytes === 0) return
  guard.untoldSent = 0
  wire.uploadSpeed(bytes)
  wire.emit('upload', bytes)
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
  return wire.peerRequests.length >= mostRequests * part || guardOf(wire).unsent() >= mostBacklog * part
}

/** What is answered within it is sent within it, block by block. */
function serve(wire: Wire, guard: WireGuard): void {
  if (guard.isServing) return
  guard.isServing = true
  for (let request = guard.waiting[0]; request; request = guard.waiting[0]) {
    const ahead = guard.serving + guard.unsent()
    if (ahead > 0 && ahead + request.length > mostBacklog) break
    guard.waiting.shift()
    if (wire.peerRequests.includes(request)) begin(wire, guard, request)
  }
  guard.isServing = false
  if (!guard.isReading) tellUploaded(wire, guard)
}

/** Bytes of an answer are valid until the call returns. */
function begin(wire: Wire, guard: WireGuard, request: WireRequest): void {
  const { piece, offset, length } = request
  let isAnswered = false
  guard.serving += length
  const respond = (error: Error | null, bytes?: Uint8Array): void => {
    if (isAnswered) return
    isAnswered = true
    guard.serving -= length
    if (pull(wire.peerRequests, request)) {
      if (bytes && error === null) send(wire, guard, request, bytes)
      else if (wire.hasFast) wire.reject(piece, offset, length)
    }
    if (guard.isServing) return // it goes on by itself
    tellUploaded(wire, guard)
    proceedSoon(wire, guard)
  }
  if (!wire.emit('request', piece, offset, length, respond)) respond(new Error('nobody serves'))
}

/** Whether the peer still wants it; it is taken out. Most are answered in the order in which they came. */
function pull(requests: WireRequest[], request: WireRequest): boolean {
  const place = requests.indexOf(request)
  if (place === 0) requests.shift()
  else if (place > 0) requests.splice(place, 1)
  return place >= 0
}

function send(wire: Wire, guard: WireGuard, { piece, offset }: WireRequest, bytes: Uint8Array): void {
  if (guard.copiesAtOnce) {
    fillHeader(piece, offset, bytes.length)
    wire._push(header)
    wire._push(bytes)
  } else wire._message(message.piece, [piece, offset], Buffer.from(bytes))
  wire.uploaded += bytes.length
  guard.untoldSent += bytes.length
}

function fillHeader(piece: number, offset: number, length: number): void {
  headerView.setUint32(0, headerLength - 4 + length)
  headerView.setUint32(5, piece)
  headerView.setUint32(9, offset)
}

/** Once for all blocks that are answered in this turn. */
function proceedSoon(wire: Wire, guard: WireGuard): void {
  if (guard.isProceedDue) return
  guard.isProceedDue = true
  queueMicrotask(() => {
    guard.isProceedDue = false
    proceed(wire)
  })
}
