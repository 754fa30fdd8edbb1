import type { Torrent } from 'webtorrent'
import { message } from '../harden/message-rules.ts'

/** A piece is told at once after such a pause; those that follow sooner are told together. */
const pauseMs = 50
/** The length of the message, its number and the piece. */
const haveLength = 9

/** Tells the peers of a torrent which pieces we have got: one write for each peer, however small they are. */
export class NewPieces {
  readonly #torrent: Torrent
  #untold: number[] = []
  #toldAt = -Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(torrent: Torrent) {
    this.#torrent = torrent
    torrent.once('close', () => clearTimeout(this.#timer))
  }

  /** The piece is there. */
  add(piece: number): void {
    this.#untold.push(piece)
    const waitMs = this.#toldAt + pauseMs - performance.now()
    if (waitMs <= 0) this.tell()
    else this.#timer ??= setTimeout(() => this.tell(), waitMs)
  }

  /** Tells what is untold now. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pieces = this.#untold
    this.#untold = []
    this.#toldAt = performance.now()
    if (pieces.length === 0 || this.#torrent.destroyed) return
    const messages = haves(pieces)
    for (const wire of this.#torrent.wires) wire._push(messages)
  }
}

/** A `have` (BEP 3) for each of these pieces; to make them for each peer anew would be most of what telling costs. */
function haves(pieces: readonly number[]): Buffer {
  const messages = Buffer.allocUnsafe(pieces.length * haveLength)
  for (const [index, piece] of pieces.entries()) {
    const at = index * haveLength
    messages.writeUInt32BE(haveLength - 4, at)
    messages.writeUInt8(message.have, at + 4)
    messages.writeUInt32BE(piece, at + 5)
  }
  return messages
}
