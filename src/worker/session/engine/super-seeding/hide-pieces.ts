/** Keeps the engine from telling one peer, as it does first, which pieces we have. */
import type { Wire } from 'webtorrent'

const hidden = ['haveAll', 'bitfield'] as const

/** The wire says that we have nothing, until `hideNothing`. */
export function hidePieces(wire: Wire): void {
  wire.haveAll = () => wire.haveNone()
  wire.bitfield = () => undefined // to say nothing is to have nothing
}

/** Lets the wire say what it is told to; whether it was kept from it. */
export function hideNothing(wire: Wire): boolean {
  const wasHidden = Object.hasOwn(wire, 'haveAll')
  for (const name of hidden) Reflect.deleteProperty(wire, name)
  return wasHidden
}
