/**
 * Lets what peers send us in as fast as a limit allows. Blocks are asked for at that rate already; this
 * holds back what was asked for before the limit came, and what comes in pulses. Only payload counts.
 */
import type { Wire } from 'webtorrent'
import type { Lane } from './lane.ts'

/** Bytes looked at in one go, so that no more than a block is let in above the limit. */
const sliceLength = 16 * 1024

interface Held {
  readonly bytes: Uint8Array
  readonly pass: Wire['_write']
  readonly done: (error: Error | null) => void
}

export class ReadGate {
  readonly #lane: Lane
  readonly #held = new Map<Wire, Held>()
  /** Readers elsewhere that wait for their turn, one at a time: each takes what it takes. */
  readonly #readers: (() => void)[] = []
  /** Wires that were ended: nothing of theirs is read any more. */
  readonly #ended = new WeakSet<Wire>()

  constructor(lane: Lane) {
    this.#lane = lane
    lane.onTurn(() => this.#turn())
  }

  /** Puts a wire behind the gate; one that owes us no block is always read. */
  join(wire: Wire): void {
    const write = wire._write.bind(wire)
    wire._write = (bytes, done) => {
      if (this.#ended.has(wire)) return done(null)
      if (this.#lane.isFree || wire.requests.length === 0) return write(bytes, done)
      this.#held.set(wire, { bytes: Buffer.from(bytes), pass: write, done }) // they are valid until it returns
      this.#lane.wait()
    }
    wire.on('download', (bytes: number) => this.#lane.spend(bytes))
    const end = wire.end.bind(wire)
    wire.end = (bytes) => {
      this.#ended.add(wire)
      const ended = end(bytes)
      this.#release(wire) // the engine's stream ends when its last bytes are taken, and not before
      return ended
    }
  }

  /** Counts bytes that came from elsewhere, such as a web seed; settles when more may be read there. */
  count(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    this.#lane.spend(bytes)
    if (this.#lane.isFree || signal.aborted) return undefined
    const turn: PromiseWithResolvers<void> = Promise.withResolvers()
    this.#readers.push(turn.resolve)
    signal.addEventListener('abort', () => turn.resolve(), { once: true })
    this.#lane.wait()
    return turn.promise
  }

  #release(wire: Wire): void {
    const held = this.#held.get(wire)
    this.#held.delete(wire)
    held?.done(null)
  }

  #turn(): void {
    for (const [wire, held] of [...this.#held]) {
      if (this.#lane.room <= 0) break
      this.#held.delete(wire)
      this.#read(wire, held)
    }
    if (this.#lane.room > 0) this.#readers.shift()?.()
    if (this.#held.size > 0 || this.#readers.length > 0) this.#lane.wait()
  }

  #read(wire: Wire, { bytes, pass, done }: Held): void {
    let rest = bytes
    while (rest.length > sliceLength && this.#lane.room > 0) {
      pass(rest.subarray(0, sliceLength), () => undefined)
      rest = rest.subarray(sliceLength)
      if (this.#ended.has(wire)) return done(null)
    }
    // behind the others: the next turn begins with those that waited longer
    if (this.#lane.room > 0) pass(rest, done)
    else this.#held.set(wire, { bytes: rest, pass, done })
  }
}
