/**
 * The metadata exchange (BEP 9) of one torrent, in the place of the engine's own, which encodes what it
 * serves anew and believes what peers say of pieces and lengths. Raw bytes go in and come out.
 */
import { hash } from 'node:crypto'
import type { Wire } from 'webtorrent'
import {
  metadataBlockLength,
  metadataBlockSize,
  readMetadataMessage,
  writeMetadataMessage,
  type MetadataMessage,
} from '../../../protocol/metadata-message.ts'
import { sharedCopy } from '../../../protocol/shared-bytes.ts'
import { MetadataFetch } from './metadata-fetch.ts'

/** Peers that are asked at the same time; a silent one gives its place up. */
const mostFetches = 4

export class MetadataExchange {
  readonly #infoHash: string
  readonly #onMetadata: (rawInfo: Uint8Array) => void
  readonly #fetches = new Map<Wire, MetadataFetch>()
  #rawInfo: Uint8Array | undefined

  /** `onMetadata` gets bytes whose SHA-1 is the info hash, once. */
  constructor(infoHash: string, rawInfo: Uint8Array | undefined, onMetadata: (rawInfo: Uint8Array) => void) {
    this.#infoHash = infoHash
    this.#rawInfo = rawInfo
    this.#onMetadata = onMetadata
  }

  /** Takes the exchange on this wire over; `refuse` is called for a peer that breaks its rules. */
  join(wire: Wire, refuse: () => void): void {
    if (this.#rawInfo) wire.extendedHandshake['metadata_size'] = this.#rawInfo.length
    const exchange = wire.ut_metadata
    exchange.setMetadata = () => Promise.resolve(true) // the engine keeps no bytes of it that could be served
    exchange.onMessage = (bytes) => {
      const message = readMetadataMessage(bytes)
      if (message === 'malformed') refuse()
      else if (message !== undefined && !this.#take(wire, message)) refuse()
    }
    exchange.onExtendedHandshake = ({ metadata_size: length }) => {
      if (this.#rawInfo || this.#fetches.has(wire) || typeof length !== 'number' || length === 0) return
      this.#fetches.set(
        wire,
        new MetadataFetch(length, {
          ask: (piece) => this.#send(wire, { type: 'request', piece }),
          onWhole: (rawInfo) => this.#judge(rawInfo, refuse),
          onSilence: () => wire.destroy(),
          onRest: () => this.#fetchMore(),
        }),
      )
      this.#fetchMore()
    }
    // a peer that dials in may have said it before the engine knew its torrent; ours is said in this turn
    if (wire.peerExtendedMapping['ut_metadata']) {
      queueMicrotask(() => exchange.onExtendedHandshake(wire.peerExtendedHandshake))
    }
    wire.once('close', () => {
      this.#fetches.get(wire)?.stop()
      this.#fetches.delete(wire)
      this.#fetchMore()
    })
  }

  /** Whether the peer may say this now. */
  #take(wire: Wire, message: MetadataMessage): boolean {
    if (message.type === 'request') return this.#serve(wire, message.piece)
    if (this.#rawInfo) return true // what was asked for before it came from somebody else
    const fetch = this.#fetches.get(wire)
    if (message.type === 'data')
      return fetch?.take(message.piece, message.totalLength, message.block) === true
    return fetch?.refused(message.piece) === true
  }

  #serve(wire: Wire, piece: number): boolean {
    const rawInfo = this.#rawInfo
    if (rawInfo === undefined) {
      this.#send(wire, { type: 'reject', piece })
      return true
    }
    const length = metadataBlockSize(rawInfo.length, piece)
    if (length <= 0) return false
    const start = piece * metadataBlockLength
    const block = rawInfo.subarray(start, start + length)
    this.#send(wire, { type: 'data', piece, totalLength: rawInfo.length, block })
    return true
  }

  #judge(rawInfo: Uint8Array, refuse: () => void): void {
    if (hash('sha1', rawInfo, 'hex') !== this.#infoHash) {
      refuse()
      return
    }
    this.#rawInfo = sharedCopy(rawInfo)
    for (const fetch of this.#fetches.values()) fetch.stop()
    this.#fetches.clear()
    this.#onMetadata(this.#rawInfo)
  }

  #fetchMore(): void {
    if (this.#rawInfo) return
    let running = 0
    for (const fetch of this.#fetches.values()) if (fetch.isRunning) running += 1
    for (const fetch of this.#fetches.values()) {
      if (running >= mostFetches) return
      if (fetch.start()) running += 1
    }
  }

  #send(wire: Wire, message: MetadataMessage): void {
    if (wire.peerExtendedMapping['ut_metadata']) wire.extended('ut_metadata', writeMetadataMessage(message))
  }
}
