/**
 * What a guarded wire remembers of its peer: the pieces its torrent has, how much the peer was told and
 * asked for, and the blocks it is being sent. Made when the wire says its first word.
 */
import type { Wire, WireRequest } from 'webtorrent'
import type { PieceFacts } from './message-rules.ts'

/** Bytes on their way to one peer that the network has not taken. */
export const mostBacklog = 1024 * 1024

export interface WireGuard {
  facts: PieceFacts | undefined
  /** Whether the peer may ask for the piece: it is there. */
  has: (piece: number) => boolean
  /** How often the peer said all at once which pieces it has, last by this bitfield if it was one. */
  saidPieces: number
  bitfield: Uint8Array | undefined
  /** The highest number of a piece in any other message; -1 without one. */
  highestPiece: number
  /** Blocks that came without having been asked for, and others. */
  unasked: number
  answered: number
  /** Payload that came, and that was sent, and that nobody was told of yet. */
  untold: number
  untoldSent: number
  /** Pieces that the peer took back (BEP 54). */
  donthaves: number
  /** The message whose rest is still to come, as far as it did; absent where the engine's parser keeps it. */
  cut: Uint8Array | undefined
  /** Requests that nobody serves yet. */
  readonly waiting: WireRequest[]
  /** Bytes of requests that are being served. */
  serving: number
  /** What was said and the network has not taken, in bytes. */
  unsent: () => number
  /** Bytes that are said are copied at once; the engine's own streams keep them. */
  copiesAtOnce: boolean
  /** Within what may send several blocks, which are told together at its end. */
  isReading: boolean
  isServing: boolean
  isProceedDue: boolean
  /** Reading is put off until this is called; absent while there is no write to be ended. */
  heldWrite: (() => void) | undefined
  isStalled: boolean
  /** The connection is to be closed: nothing is read or sent any more. */
  isEnded: boolean
}

const guards = new WeakMap<Wire, WireGuard>()

/** The guard of a wire, the same each time. */
export function guardOf(wire: Wire): WireGuard {
  const known = guards.get(wire)
  if (known) return known
  const guard: WireGuard = {
    facts: undefined,
    has: () => false,
    saidPieces: 0,
    bitfield: undefined,
    highestPiece: -1,
    unasked: 0,
    answered: 0,
    untold: 0,
    untoldSent: 0,
    donthaves: 0,
    cut: undefined,
    waiting: [],
    serving: 0,
    unsent: () => wire._readableState.buffered,
    copiesAtOnce: false,
    isReading: false,
    isServing: false,
    isProceedDue: false,
    heldWrite: undefined,
    isStalled: false,
    isEnded: false,
  }
  wire._readableState.highWaterMark = mostBacklog / 2 // the stream asks for more as soon as there is room
  guards.set(wire, guard)
  return guard
}
