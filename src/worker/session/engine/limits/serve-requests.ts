/** Answers the blocks that peers ask for, as fast as a limit allows: a block of each peer in turns. */
import type { Torrent, Wire } from 'webtorrent'
import type { EngineStore } from '../../storage/engine-store.ts'
import type { Borrow } from '../../storage/piece-store.ts'
import type { Lane } from './lane.ts'

interface Asked {
  readonly piece: number
  readonly offset: number
  readonly length: number
  readonly respond: Borrow
}

export class RequestServer {
  readonly #torrent: Torrent
  readonly #lane: Lane
  #store: Pick<EngineStore, 'lend'> | undefined
  /** Requests that wait, by wire; the wire whose turn is next comes first. */
  readonly #waiting = new Map<Wire, Asked[]>()

  constructor(torrent: Torrent, lane: Lane) {
    this.#torrent = torrent
    this.#lane = lane
    lane.onTurn(() => this.#turn())
  }

  /** Answers with what this store lends; until then nobody is answered. */
  serveFrom(store: Pick<EngineStore, 'lend'>): void {
    this.#store = store
  }

  /** Answers the requests of a wire from now on. */
  join(wire: Wire): void {
    wire.on('request', (piece: number, offset: number, length: number, respond: Borrow) => {
      if (this.#torrent.pieces[piece] === null) this.#take(wire, { piece, offset, length, respond })
      else respond(new Error('we do not have the piece'))
    })
    wire.on('upload', (bytes: number) => this.#lane.spend(bytes))
    wire.once('close', () => this.#waiting.delete(wire))
  }

  #take(wire: Wire, asked: Asked): void {
    if (this.#lane.isFree && !this.#waiting.has(wire)) return this.#answer(asked)
    const queue = this.#waiting.get(wire)
    if (queue === undefined) this.#waiting.set(wire, [asked])
    else queue.push(asked)
    this.#lane.wait()
  }

  #turn(): void {
    let left = this.#lane.room
    while (left > 0) {
      const [next] = this.#waiting
      if (next === undefined) return
      const [wire, queue] = next
      this.#waiting.delete(wire)
      const asked = this.#shift(wire, queue)
      if (queue.length > 0) this.#waiting.set(wire, queue)
      if (asked === undefined) continue
      left -= asked.length
      this.#reserve(asked)
    }
    if (this.#waiting.size > 0) this.#lane.wait()
  }

  /** The next that is not cancelled. */
  #shift(wire: Wire, queue: Asked[]): Asked | undefined {
    for (;;) {
      const asked = queue.shift()
      if (asked === undefined || isWanted(wire, asked)) return asked
    }
  }

  /** Counts the bytes while they are read; they count by themselves when they are sent. */
  #reserve(asked: Asked): void {
    const { length, respond } = asked
    this.#lane.spend(length)
    this.#answer({
      ...asked,
      respond: (error, bytes) => {
        this.#lane.spend(-length)
        respond(error, bytes)
      },
    })
  }

  #answer({ piece, offset, length, respond }: Asked): void {
    if (!this.#torrent.destroyed) this.#store?.lend(piece, offset, length, respond)
  }
}

function isWanted({ peerRequests }: Wire, { piece, offset, length }: Asked): boolean {
  return peerRequests.some((one) => one.piece === piece && one.offset === offset && one.length === length)
}
