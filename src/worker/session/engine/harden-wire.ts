/**
 * Ends the peer, not the session, when a peer's message is more than the engine's parser can take: the
 * engine checks neither the length of a message nor the types and ranges of its fields.
 */
import Wire from 'bittorrent-protocol'
import type { Wire as WireObject } from 'webtorrent'

/** A block of 1 MiB with its header is the longest message a peer has reason to send. */
const longestMessage = 1024 * 1024 + 16 * 1024

interface Parsing {
  _buffer: unknown[]
  _bufferSize: number
  _onMessage: () => void
  _onKeepAlive(): void
  _parse(size: number, parser: unknown): void
}

let hardened = false

/** Guards every wire of this thread. May be called more than once. */
export function hardenWires(): void {
  if (hardened) return
  hardened = true
  const { prototype } = Wire
  const processBuffer = Reflect.get(prototype, '_processBuffer')
  prototype._processBuffer = function () {
    try {
      processBuffer.call(this)
    } catch {
      dropWire(this) // whatever it was, it came from this peer's bytes
    }
  }
  prototype._onMessageLength = function (header) {
    const length = new DataView(header.buffer, header.byteOffset, 4).getUint32(0)
    const parsing = this as unknown as Parsing & { _onMessageLength: unknown }
    if (length > longestMessage) dropWire(this)
    else if (length > 0) parsing._parse(length, parsing._onMessage)
    else {
      parsing._onKeepAlive()
      parsing._parse(4, parsing._onMessageLength)
    }
  }
}

/** Forgets what the peer sent and closes its connection. */
export function dropWire(wire: WireObject): void {
  const parsing = wire as unknown as Parsing
  parsing._buffer = []
  parsing._bufferSize = 0
  parsing._parse(Number.MAX_SAFE_INTEGER, ignore)
  wire.destroy()
}

function ignore(): void {
  return
}
