/** What the picker uses of the engine, besides what `webtorrent.d.ts` says of it. */
declare module 'webtorrent' {
  import type { EventEmitter } from 'node:events'

  export interface Wire {
    readonly amInterested: boolean
    readonly peerChoking: boolean
    readonly peerInterested: boolean
    readonly hasFast: boolean
    readonly peerAllowedFastSet: readonly number[]
    peerExtendedHandshake: {
      readonly reqq?: unknown
      /** Where it takes connections. */
      readonly p?: unknown
      /** 1: it prefers encryption. */
      readonly e?: unknown
      readonly upload_only?: unknown
      readonly [name: string]: unknown
    }
    /** A bitfield; for a peer that said it has all, a stand-in without bytes that says yes to every index. */
    readonly peerPieces: { readonly buffer: Uint8Array; get(index: number): boolean }
    readonly requests: WireRequest[]
    readonly lt_donthave: EventEmitter
    interested(): void
    uninterested(): void
    /** It has ended. */
    readonly _finished: boolean
    /** Until a peer that owes blocks is left. */
    readonly _timeout: NodeJS.Timeout | null
    _resetTimeout(isAgain: boolean): void
    cancel(index: number, offset: number, length: number): void
    have(index: number): void
    _push: (bytes: Uint8Array) => unknown
  }

  export interface Torrent {
    readonly pieceLength: number
    readonly length: number
    readonly store: {
      get(
        index: number,
        range: { offset: number; length: number },
        callback: (error: Error | null, bytes?: Uint8Array) => void,
      ): void
      put(index: number, bytes: Uint8Array, callback: (error?: unknown) => void): void
    } | null
    /** SHA-1 of each piece in hex. */
    readonly _hashes: readonly string[]
    _rarityMap: { destroy(): void } | null
    _update(): void
    _updateWire(wire: Wire): void
    _updateWireInterest(wire: Wire): void
    _updateSelections(): void
    _markVerified(index: number): void
    _checkDone(): void
    _destroy(error: unknown): void
  }
}
