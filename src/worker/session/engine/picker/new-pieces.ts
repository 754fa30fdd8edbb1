import type { Torrent } from 'webtorrent'
import { sendTogether } from './send-together.ts'

/** A piece is told at once after such a pause; those that follow sooner are told together. */
const pauseMs = 50

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
    for (const wire of this.#torrent.wires)
      sendTogether(wire, () => {
        for (const piece of pieces) wire.have(piece)
      })
  }
}
