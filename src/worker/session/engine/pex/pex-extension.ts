/** The place of the peer exchange among a wire's extensions (BEP 10). */
import type { Wire, WireExtension } from 'webtorrent'

/** The name that both sides give it in the extended handshake. */
export const pexName = 'ut_pex'

/** What happens on one wire. */
export interface PexEvents {
  /** The peer's extended handshake says that it takes our messages. */
  readonly onSupported: () => void
  readonly onMessage: (bytes: Uint8Array) => void
}

/** Offers the peer exchange on a wire whose extended handshake is yet to be sent. */
export function offerPex(wire: Wire, { onSupported, onMessage }: PexEvents): void {
  class PexExtension implements WireExtension {
    onExtendedHandshake(): void {
      onSupported()
    }

    onMessage(bytes: Uint8Array): void {
      onMessage(bytes)
    }
  }
  Object.defineProperty(PexExtension.prototype, 'name', { value: pexName })
  wire.use(PexExtension)
  if (isTaken(wire)) onSupported() // a peer that dials in may say so before the engine knows its torrent
}

/** Sends the bytes of a message, where the peer still takes them: it may take its offer back at any time. */
export function sendPex(wire: Wire, bytes: Uint8Array): void {
  if (!wire.destroyed && isTaken(wire)) wire.extended(pexName, bytes)
}

function isTaken({ peerExtendedMapping }: Wire): boolean {
  return (peerExtendedMapping[pexName] ?? 0) > 0
}
