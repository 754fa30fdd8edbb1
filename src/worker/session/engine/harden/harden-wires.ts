/**
 * Ends the peer, not the session, when a peer's bytes are more than the engine's parser can take: it checks
 * neither the length of a message nor the types and ranges of its fields, nor how much it has to remember.
 */
import Wire from 'bittorrent-protocol'
import type { Wire as WireObject } from 'webtorrent'
import { dropWire } from './drop-wire.ts'
import { hearBlock, tellDownloaded } from './hear-blocks.ts'
import { hearExtended } from './hear-extended.ts'
import { isSoundMessage, message, namedPiece } from './message-rules.ts'
import { readBytes } from './read-messages.ts'
import { proceed, releaseWrite, stallIfBehind, takeRequest, tellUploaded } from './serve-requests.ts'
import { guardOf, type WireGuard } from './wire-guard.ts'

/** A message that is longer than any of its kind needs to be. */
const longestMessage = 1024 * 1024 + 16 * 1024
/** Messages that say at once which pieces the peer has; some clients repeat them in the place of many haves. */
const piecesAtOnce: readonly (number | undefined)[] = [message.bitfield, message.haveAll, message.haveNone]

/** Messages of which nothing is kept once they were heard; `bytes` of others are copied. */
const heardAtOnce: readonly (number | undefined)[] = [
  message.have,
  message.request,
  message.piece,
  message.cancel,
]

/** How often they may come without telling of one more piece. */
const mostIdleRepeats = 64

let hardened = false

/** Guards every wire of this thread. May be called more than once. */
export function hardenWires(): void {
  if (hardened) return
  hardened = true
  const { prototype } = Wire
  const { _processBuffer, _onMessage, _onExtended, _onRequest, end } = prototype
  Object.assign(prototype, {
    _debug: () => undefined, // it would put a text together for each message
    _write: writeGuarded,
    _onMessageLength: readLength,
    _onRequest: function (this: WireObject, piece: number, offset: number, length: number) {
      if (isPeer(this)) takeRequest(this, piece, offset, length)
      else _onRequest.call(this, piece, offset, length)
    },
    _onPiece: hearBlock,
    _onExtended: function (this: WireObject, number: number, bytes: Uint8Array) {
      if (!hearExtended(this, number, bytes)) dropWire(this)
      else if (number !== 0) _onExtended.call(this, number, bytes)
    },
    _read: function (this: WireObject, done: (error: null) => void) {
      done(null)
      proceed(this)
    },
    _processBuffer: function (this: WireObject) {
      try {
        if (this._buffer.length > 1) this._buffer = [Buffer.concat(this._buffer)]
        _processBuffer.call(this)
      } catch {
        dropWire(this) // whatever it was, it came from this peer's bytes
      }
      tellDownloaded(this, guardOf(this))
    },
    _onMessage: function (this: WireObject, bytes: Uint8Array) {
      if (isPeer(this) && !mayHear(this, bytes)) {
        dropWire(this)
        return
      }
      _onMessage.call(this, heardAtOnce.includes(bytes[0]) ? bytes : Buffer.from(bytes))
      stallIfBehind(this)
    },
    end: function (this: WireObject, bytes?: Uint8Array) {
      const guard = guardOf(this)
      guard.isEnded = true
      const ended: unknown = end.call(this, bytes)
      releaseWrite(guard) // or the stream waits for it before it ends
      return ended
    },
  })
}

/** The two ends of a web seed are wires of this thread, too, and speak of whole pieces. */
function isPeer({ type }: WireObject): boolean {
  return type.startsWith('tcp')
}

/** Takes bytes that are valid until it returns. */
function writeGuarded(this: WireObject, bytes: Uint8Array, done: (error: null) => void): void {
  const guard = guardOf(this)
  if (guard.isEnded) {
    done(null)
    return
  }
  guard.isReading = true
  try {
    readBytes(this, this._encryptor ? this._encryptor.decrypt(bytes) : bytes)
  } catch {
    dropWire(this) // whatever it was, it came from this peer's bytes
  }
  guard.isReading = false
  tellUploaded(this, guard)
  if (this._bufferSize >= this._parserSize || this._cryptoSyncPattern) this._processBuffer()
  else tellDownloaded(this, guard)
  if (isHeld(guard)) guard.heldWrite = () => done(null)
  else done(null)
}

/** Asked anew: what was just read may have changed it. */
function isHeld({ isStalled, isEnded }: WireGuard): boolean {
  return isStalled && !isEnded
}

function readLength(this: WireObject, header: Uint8Array): void {
  const length = new DataView(header.buffer, header.byteOffset, 4).getUint32(0)
  if (length > longestMessage) dropWire(this)
  else if (length > 0) this._parse(length, this._onMessage)
  else {
    this._onKeepAlive()
    this._parse(4, this._onMessageLength)
  }
}

function mayHear(wire: WireObject, bytes: Uint8Array): boolean {
  const guard = guardOf(wire)
  if (!isSoundMessage(bytes, guard.facts)) return false
  if (!guard.facts) guard.highestPiece = Math.max(guard.highestPiece, namedPiece(bytes) ?? -1)
  if (!piecesAtOnce.includes(bytes[0])) return true
  if (!guard.facts && bytes[0] === message.bitfield) guard.bitfield = Buffer.from(bytes.subarray(1))
  guard.saidPieces += 1
  return guard.saidPieces <= mostIdleRepeats + (guard.facts?.pieceCount ?? 0)
}
