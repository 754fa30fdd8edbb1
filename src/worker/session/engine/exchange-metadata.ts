/**
 * The metadata exchange (BEP 9) on one wire, with the raw bytes of the info dictionary: the engine decodes
 * and encodes them anew, which changes the hash of whatever was not encoded canonically.
 */
import { hash } from 'node:crypto'
import type { Wire } from 'webtorrent'

/** Serves the metadata to this peer. */
export function serveMetadata(wire: Wire, rawInfo: Uint8Array): void {
  const exchange = wire.ut_metadata
  exchange.cancel()
  exchange.metadata = rawInfo
  exchange._metadataComplete = true
  exchange._metadataSize = rawInfo.length
  wire.extendedHandshake['metadata_size'] = rawInfo.length
  exchange.setMetadata = () => Promise.resolve(true)
}

/** Fetches the metadata from this peer; `onMetadata` gets bytes whose SHA-1 is the info hash. */
export function fetchMetadata(wire: Wire, infoHash: string, onMetadata: (rawInfo: Uint8Array) => void): void {
  const exchange = wire.ut_metadata
  exchange.setMetadata = (rawInfo) => {
    const isGenuine = hash('sha1', rawInfo, 'hex') === infoHash
    if (isGenuine) {
      exchange.cancel()
      onMetadata(rawInfo)
    }
    return Promise.resolve(isGenuine)
  }
}
