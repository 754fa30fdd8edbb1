/** The message by which libtorrent's peers tell between handshakes that they only upload, or no longer do. */
import type { Wire, WireExtension } from 'webtorrent'

/** Takes such messages on a wire whose extended handshake is yet to be sent, as if the peer shook hands anew. */
export function hearUploadOnly(wire: Wire): void {
  class UploadOnlyExtension implements WireExtension {
    onExtendedHandshake(): void {
      return
    }

    onMessage(bytes: Uint8Array): void {
      wire.peerExtendedHandshake = { ...wire.peerExtendedHandshake, upload_only: bytes[0] ?? 0 }
    }
  }
  Object.defineProperty(UploadOnlyExtension.prototype, 'name', { value: 'upload_only' })
  wire.use(UploadOnlyExtension)
}
