import type { Wire } from 'webtorrent'

/** Forgets what the peer sent and closes its connection. */
export function dropWire(wire: Wire): void {
  wire._buffer = []
  wire._bufferSize = 0
  wire._parse(Number.MAX_SAFE_INTEGER, () => undefined)
  wire.destroy()
}
