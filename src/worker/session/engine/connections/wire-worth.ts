/** Which connection is given up first when there are too many. */
import type { Wire } from 'webtorrent'

/** A peer that said nothing at all after its handshake, which takes one way there and back. */
const silentMs = 1000
/** One that was neither sent to nor brought anything for so long. */
const idleMs = 60_000

/** When payload last went either way, or the connection began; milliseconds as `performance.now`. */
export class WireWorth {
  readonly #usefulAt = new WeakMap<Wire, number>()

  /** Watches a connection from its handshake on. */
  watch(wire: Wire): void {
    const note = (): void => void this.#usefulAt.set(wire, performance.now())
    note()
    wire.on('download', note).on('upload', note)
  }

  /** The connections that may be given up, most useless first. */
  useless(wires: Iterable<Wire>, now: number): Wire[] {
    const idleOf = (wire: Wire): number => now - (this.#usefulAt.get(wire) ?? now)
    return [...wires]
      .filter((wire) => wire.type !== 'webSeed' && !wire.destroyed)
      .filter((wire) => idleOf(wire) >= (hasSaidNothing(wire) ? silentMs : idleMs))
      .sort((a, b) => Number(hasSaidNothing(b)) - Number(hasSaidNothing(a)) || idleOf(b) - idleOf(a))
  }
}

function hasSaidNothing({ peerExtendedHandshake, peerPieces, peerInterested }: Wire): boolean {
  const hasPieces = peerPieces.buffer.length > 0 || peerPieces.get(0)
  return !peerInterested && !hasPieces && Object.keys(peerExtendedHandshake).length === 0
}
